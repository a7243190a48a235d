import type { ChildProcess, SpawnOptions, StdioOptions } from 'node:child_process';

export interface CommandOptions {
  readonly cwd: string;
  readonly stdio: StdioOptions;
  readonly env?: NodeJS.ProcessEnv;
}

/** How a command ended. */
export interface CommandEnd {
  /** Worded to follow the command; undefined on success. */
  readonly problem: string | undefined;
  /** Everything that it wrote to pipes, from both streams in the order of arrival. */
  readonly output: string;
}

/** Runs a command until it ends. It does not outlive this program. */
export async function runCommand(words: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  let output = '';
  const child = spawnCommand(words, options);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const stop = () => child.kill();
  process.once('exit', stop);
  // Ctrl-C comes to all programs of a terminal, SIGTERM only to this one.
  process.on('SIGTERM', stop);
  const problem = await endOf(child);
  process.off('exit', stop).off('SIGTERM', stop);
  return { problem, output };
}

/** On Windows, a package manager is a batch file, which only a shell can run. The words must not need quotes there. */
function spawnCommand(words: readonly string[], options: SpawnOptions): ChildProcess {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const [file = '', ...args] = words;
  return process.platform === 'win32'
    ? spawn(words.join(' '), { ...options, shell: true })
    : spawn(file, args, options);
}

function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(`could not be run (is ${child.spawnfile} installed?)`));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
    });
  });
}
