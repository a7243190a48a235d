import { isTerminal, write } from './standard.ts';

const SHOW_CURSOR = '\u001B[?25h';
const EXIT_CODE_OF = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODE_OF;

/** What the user has to know if the program is stopped. */
export interface Standing {
  readonly written: boolean;
  readonly text: string;
}

const UNWRITTEN: Standing = { written: false, text: 'Nothing was written.' };
let standing = UNWRITTEN;
let isWriting = false;
let pending: Signal | undefined;
let tellEnd: (standing: Standing, exitCode: number) => void = () => {};

/**
 * Ends the program on Ctrl-C and SIGTERM with the matching exit code.
 *
 * @param onEnd prints the messages synchronously, since the process ends right after it
 */
export function endAtSignals(onEnd: typeof tellEnd): void {
  tellEnd = onEnd;
  standing = UNWRITTEN;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isWriting) pending = signal;
      else endBy(signal);
    });
  }
}

/** Sets what is printed if the program is stopped from now on. */
export function nowStands(next: Standing): void {
  standing = next;
}

export const whatStands = (): Standing => standing;

/** Runs work that a signal must not interrupt. The signal takes effect afterwards. */
export async function unbroken<T>(work: () => Promise<T>, afterwards: Standing): Promise<T> {
  isWriting = true;
  try {
    const result = await work();
    nowStands(afterwards);
    return result;
  } finally {
    isWriting = false;
    if (pending) endBy(pending);
  }
}

/** A question hides the cursor, so it is shown again if the program is stopped. */
export function endBy(signal: Signal): never {
  if (isTerminal('stderr')) write('stderr', SHOW_CURSOR);
  tellEnd(standing, EXIT_CODE_OF[signal]);
  process.exit(EXIT_CODE_OF[signal]);
}
