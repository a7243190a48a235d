import { execa } from 'execa';

/** What an app gets from its surroundings: of this process it has nothing but the way to its programs. */
export type Environment = Readonly<Record<string, string>>;

export type Command = readonly [file: string, ...args: string[]];

export interface RunningApp {
  readonly origin: string;
  /** All that it has written so far. */
  output(): string;
  /** Stops it as a process manager does, and gives back its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Without tsx's own command line, which would be a process between this one and the app. */
export const FROM_SOURCE: Command = ['node', '--import', 'tsx', 'src/server.ts'];

/** What `toJavaScript` made of a project. */
export const COMPILED: Command = ['node', 'src/server.js'];

/** Node from 22.18 on takes TypeScript as it is, where imports name `.ts` files. */
export const WITH_NODE_ALONE: Command =
  'typescript' in process.features && process.features.typescript ? ['node', 'src/server.ts'] : FROM_SOURCE;

const LISTENING = /Listening on (http:\S+)\s/;

/** Runs a command of a project; a failure is a result, too. */
export function runIn(folder: string, [file, ...args]: Command, env: Environment) {
  return execa(file, args, {
    cwd: folder,
    localDir: folder,
    preferLocal: true,
    extendEnv: false,
    // A group of its own, so that what npm or tsx started can be ended with them.
    detached: true,
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
    all: true,
    reject: false,
  });
}

type Run = ReturnType<typeof runIn>;

/** Starts the app of a project. `listening` rejects when it ends instead; `kill` ends all that it started. */
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
    // Nothing of it is left.
  }
}
