import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** What an app gets from its surroundings, and nothing of what this process has but the way to its programs. */
export type Environment = Readonly<Record<string, string>>;

export interface RunningApp {
  readonly origin: string;
  /** All that it has written so far. */
  output(): string;
  /** Stops it as a process manager does, and gives back its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Without tsx's own command line, which would be a process between this one and the app. */
export const FROM_SOURCE = ['node', '--import', 'tsx', 'src/server.ts'] as const;

const LISTENING = /Listening on (http:\S+)\s/;

/** Starts the app of a project, and waits until it listens. It is stopped with the test at the latest. */
export async function startApp(
  folder: string,
  [file, ...args]: readonly [string, ...string[]],
  env: Environment,
): Promise<RunningApp> {
  const app = runIn(folder, [file, ...args], env);
  onTestFinished(() => killGroup(app.pid));
  let output = '';
  app.all?.on('data', (chunk) => {
    output += chunk;
  });
  const origin = await Promise.race([listening(app, () => output), ended(app, () => output)]);
  return {
    origin,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      app.kill(signal);
      return (await app).exitCode;
    },
  };
}

/** Runs a command of a project to its end; a failure is a result, too. */
export function runIn(folder: string, [file, ...args]: readonly [string, ...string[]], env: Environment) {
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

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

function listening(app: ReturnType<typeof runIn>, output: () => string): Promise<string> {
  return new Promise((resolve) => {
    app.all?.on('data', () => {
      const origin = LISTENING.exec(output())?.[1];
      if (origin !== undefined) resolve(origin);
    });
  });
}

async function ended(app: ReturnType<typeof runIn>, output: () => string): Promise<never> {
  const { exitCode } = await app;
  throw new Error(`The app ended with exit code ${exitCode} instead of listening:\n${output()}`);
}
