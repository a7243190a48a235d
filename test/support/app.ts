import { inject, onTestFinished } from 'vitest';
import { type Command, type Environment, launch, type RunningApp, runIn as runWith } from './launch.ts';
import type {} from './run-folder-setup.ts';

export { COMPILED, FROM_SOURCE, WITH_NODE_ALONE } from './launch.ts';

/** tsx keeps what it has compiled there, and reads the names of all that lies there at each start. */
const own = { TMPDIR: inject('runFolder') };

/** Runs a command of a project; a failure is a result, too. */
export const runIn = (folder: string, command: Command, env: Environment) =>
  runWith(folder, command, { ...own, ...env });

/** Starts the app of a project, and waits until it listens. It is stopped with the test at the latest. */
export function startApp(folder: string, command: Command, env: Environment): Promise<RunningApp> {
  const { listening, kill } = launch(folder, command, { ...own, ...env });
  onTestFinished(kill);
  return listening;
}
