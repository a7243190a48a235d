import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** What an app gets from its surroundings, and nothing of what this process has but the way to its programs. */
export type Environment = Readonly<Record<string, string>>;

export interface RunningApp {
  readonly origin: string;
  /** Stops it as a process manager does, and gives back its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

const LISTENING = /Listening on (http:\S+)\s/;

/** Starts the app of a project, and waits until it listens. It is stopped with the test at the latest. */
export async function startApp(
  folder: string,
  [file, ...args]: readonly [string, ...string[]],
  env: Environment,
): Promise<RunningApp> {
  const app = runIn(folder, [file, ...args], env);
  onTestFinished(() => killGroup(app.pid));
  return {
    origin: await originOf(app),
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

/** What the app says until it listens, or until it ends instead. */
async function originOf(app: ReturnType<typeof runIn>): Promise<string> {
  let said = '';
  const listening = new Promise<string>((resolve) => {
    app.all?.on('data', (chunk) => {
      said += chunk;
      const origin = LISTENING.exec(said)?.[1];
      if (origin !== undefined) resolve(origin);
    });
  });
  const ended = app.then(({ exitCode }) => {
    throw new Error(`The app ended with exit code ${exitCode} instead of listening:\n${said}`);
  });
  return Promise.race([listening, ended]);
}
