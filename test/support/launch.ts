import { execa } from 'execa';

/** The environment of an app. Of this process's environment, it gets only what is needed to find programs. */
export type Environment = Readonly<Record<string, string>>;

export type Command = readonly [file: string, ...args: string[]];

export interface RunningApp {
  readonly origin: string;
  /** Everything written so far. */
  output(): string;
  /** Stops the app as a process manager does, and returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Not the command `tsx`, which would be a process between this one and the app. */
export const FROM_SOURCE: Command = ['node', '--import', 'tsx', 'src/server.ts'];

/** The output of `toJavaScript`. */
export const COMPILED: Command = ['node', 'src/server.js'];

/** Node 22.18 and later runs TypeScript directly, if imports name `.ts` files. */
export const WITH_NODE_ALONE: Command =
  'typescript' in process.features && process.features.typescript ? ['node', 'src/server.ts'] : FROM_SOURCE;

const LISTENING = /Listening on (http:\S+)\s/;

/** Runs a command of a project. A failure is returned, not thrown. */
export function runIn(folder: string, [file, ...args]: Command, env: Environment) {
  return execa(file, args, {
    cwd: folder,
    localDir: folder,
    preferLocal: true,
    extendEnv: false,
    // Its own process group, so that processes started by npm or tsx are ended with them.
    detached: true,
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
    all: true,
    reject: false,
  });
}

type Run = ReturnType<typeof runIn>;

/** Starts the app of a project. `listening` rejects if the app ends instead; `kill` also ends its child processes. */
export function launch(folder: string, command: Command, env: Environment) {
  const run = runIn(folder, command, env);
  let output = '';
  run.all?.on('data', (chunk) => {
    output += chunk;
  });
  const app = {
    output: () => output,
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      run.kill(signal);
      return (await run).exitCode;
    },
  };
  const listening = Promise.race([originOf(run, app.output), ended(run, app.output)]);
  return {
    listening: listening.then((origin): RunningApp => ({ ...app, origin })),
    kill: () => killGroup(run.pid),
  };
}

function originOf(run: Run, output: () => string): Promise<string> {
  return new Promise((resolve) => {
    run.all?.on('data', () => {
      const origin = LISTENING.exec(output())?.[1];
      if (origin !== undefined) resolve(origin);
    });
  });
}

async function ended(run: Run, output: () => string): Promise<never> {
  const { exitCode } = await run;
  throw new Error(`The app ended with exit code ${exitCode} instead of listening:\n${output()}`);
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}
