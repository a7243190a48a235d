import type { WriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { PROGRAM, runInProcess } from './in-process.ts';
import { Terminal } from './terminal.ts';

export { PROGRAM };

/** An empty folder that is deleted after the test. */
export async function temporaryFolder(parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'create-koa-mongo-session-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An environment without our own variables and those of CI services and npm. */
const bareEnvironment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: tmpdir(),
  TERM: 'xterm-256color',
});

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface ProcessOptions extends RunOptions {
  readonly input?: string;
  /** An open file that gets the output of the program, instead of the test. */
  readonly output?: WriteStream;
  /** The path of a program other than the built one. */
  readonly program?: string;
}

/** Runs the built program in the process of the test, without a terminal. */
export const run = (args: readonly string[], { cwd, env = {} }: RunOptions) =>
  runInProcess(args, { cwd, env: { ...bareEnvironment(), ...env } });

/** Runs it in its own process, for tests of its streams, its child processes, and how it ends. */
export async function runAsProcess(
  args: readonly string[],
  { cwd, env = {}, input, output, program = PROGRAM }: ProcessOptions,
) {
  const result = await execa(process.execPath, [program, ...args], {
    cwd,
    env: { ...bareEnvironment(), ...env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(output !== undefined && { stdout: output }),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  const { exitCode, stdout, stderr, signal } = result;
  return { exitCode, stdout: String(stdout), stderr: String(stderr), signal };
}

/** Runs the built program at a pseudo-terminal. */
export function runAtTerminal(
  args: readonly string[],
  { cwd, env = {}, columns = 200 }: RunOptions & { readonly columns?: number },
): Terminal {
  const terminal = new Terminal(process.execPath, [PROGRAM, ...args], {
    cwd,
    columns,
    env: { ...bareEnvironment(), ...env },
  });
  onTestFinished(() => terminal.kill('SIGKILL'));
  return terminal;
}

/** The files of a folder, as sorted paths with `/`. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

export const readIn = (folder: string, path: string): Promise<string> => readFile(join(folder, path), 'utf8');

/** The saved answers of a project. */
export async function rememberedIn(folder: string): Promise<Record<string, unknown>> {
  const { answers } = JSON.parse(await readIn(folder, '.koa-mongo-session/manifest.json'));
  return answers;
}
