import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';

export const KEYS = {
  enter: '\r',
  down: '\u001B[B',
  up: '\u001B[A',
  space: ' ',
  backspace: '\u007F',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
} as const;

/** In ms. Longer than any answer takes on a busy machine; only a failing test waits for it. */
const PATIENCE = 30_000;

/** A program at a pseudo-terminal: what a user sees and types. */
export class Terminal {
  readonly #pty: IPty;
  readonly #listeners = new Set<() => void>();
  #output = '';
  #seen = 0;
  #hasEnded = false;
  /** Resolves when the program has ended and its whole output is on the screen. */
  readonly ended: Promise<{ exitCode: number; signal: number | undefined }>;

  constructor(
    file: string,
    args: readonly string[],
    { columns = 200, ...options }: { cwd: string; env: Record<string, string>; columns?: number },
  ) {
    const name = options.env.TERM ?? 'xterm-256color';
    this.#pty = spawn(file, [...args], { name, cols: columns, rows: 50, ...options });
    this.#pty.onData((data) => {
      this.#output += data;
      this.#notify();
    });
    this.ended = new Promise((resolve) =>
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#hasEnded = true;
        this.#notify();
        resolve({ exitCode, signal });
      }),
    );
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Everything written so far, without colours and cursor moves. */
  get screen(): string {
    return stripVTControlCharacters(this.#output).replaceAll('\r\n', '\n');
  }

  /** Everything written so far, with colours and cursor moves. */
  get rawOutput(): string {
    return this.#output;
  }

  /** Waits for a text after the one that was waited for last. */
  async sees(text: string): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE);
    for (;;) {
      const at = this.screen.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      if (this.#hasEnded || patience.aborted) {
        throw new Error(`the terminal never showed ${JSON.stringify(text)}; it shows:\n${this.screen}`);
      }
      await this.#change(patience);
    }
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  /** Waits for a question and answers it. */
  async answer(question: string, keys: string): Promise<void> {
    await this.sees(question);
    this.type(keys + KEYS.enter);
  }

  kill(signal?: string): void {
    if (!this.#hasEnded) this.#pty.kill(signal);
  }

  #change(patience: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        patience.removeEventListener('abort', done);
        resolve();
      };
      this.#listeners.add(done);
      patience.addEventListener('abort', done);
    });
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
