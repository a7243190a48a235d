import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import type { IBufferCell } from '@xterm/headless';
import xterm from '@xterm/headless';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'create-koa-mongo-session.cjs');
export const COLUMNS = 80;
/** More lines than any run prints, so that nothing scrolls away. */
const ROWS = 200;

/** A stretch of one line in one style. */
export interface Run {
  readonly text: string;
  /** Index into the sixteen standard terminal colours; absent for the default text colour. */
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

export type Line = readonly Run[];

/** [text of the question, what is typed there]; each question is asked once. */
export type Keys = readonly (readonly [question: string, keys: string])[];

/** The final screen of a real run at a pseudo-terminal, in an empty folder. */
export async function recordRun(args: readonly string[], keys: Keys): Promise<readonly Line[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'picture-')));
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  try {
    await play(terminal, folder, args, keys);
    return linesOf(terminal);
  } finally {
    terminal.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function play(terminal: xterm.Terminal, cwd: string, args: readonly string[], keys: Keys): Promise<void> {
  // Not the environment of this process: in CI or under an agent, the program would ask no questions.
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, TERM: 'xterm-256color' };
  const pty = spawn(process.execPath, [BIN, ...args], {
    name: env.TERM,
    cols: COLUMNS,
    rows: ROWS,
    cwd,
    env,
  });
  const answered = new Set<string>();
  pty.onData((data) =>
    terminal.write(data, () => {
      const question = plainLines(terminal).find((line) => line.startsWith('? '));
      // If the question is incomplete, the next data completes it.
      const [text, answer] = keys.find(([part]) => question?.includes(part) && !answered.has(part)) ?? [];
      if (text === undefined || answer === undefined) return;
      answered.add(text);
      pty.write(answer);
    }),
  );
  return new Promise((resolve, reject) => {
    pty.onExit(({ exitCode }) => {
      // The last output may not be on the screen yet.
      if (exitCode === 0) terminal.write('', resolve);
      else reject(new Error(`the run ended with ${exitCode}:\n${plainLines(terminal).join('\n')}`));
    });
  });
}

const plainLines = (terminal: xterm.Terminal): string[] =>
  Array.from(
    { length: terminal.buffer.active.length },
    (_, at) => terminal.buffer.active.getLine(at)?.translateToString(true) ?? '',
  );

function linesOf(terminal: xterm.Terminal): Line[] {
  const lines = Array.from({ length: terminal.buffer.active.length }, (_, at) => lineAt(terminal, at));
  const last = lines.findLastIndex((line) => line.length > 0);
  return lines.slice(0, last + 1);
}

function lineAt(terminal: xterm.Terminal, at: number): Line {
  const row = terminal.buffer.active.getLine(at);
  const runs: Run[] = [];
  const width = row?.translateToString(true).length ?? 0;
  for (let column = 0; column < width; column += 1) {
    const cell = row?.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const next = runOf(cell);
    const run = runs.at(-1);
    if (run && isSameStyle(run, next)) runs[runs.length - 1] = { ...run, text: run.text + next.text };
    else runs.push(next);
  }
  return runs;
}

const runOf = (cell: IBufferCell): Run => ({
  text: cell.getChars() || ' ',
  colour: cell.isFgPalette() ? cell.getFgColor() : undefined,
  bold: cell.isBold() !== 0,
  dim: cell.isDim() !== 0,
});

const isSameStyle = (one: Run, other: Run): boolean =>
  one.colour === other.colour && one.bold === other.bold && one.dim === other.dim;
