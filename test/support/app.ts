import { inject, onTestFinished } from 'vitest';
import { type Command, type Environment, launch, type RunningApp, runIn as runWith } from './launch.ts';
import type {} from './run-folder-setup.ts';

export { COMPILED, FROM_SOURCE, WITH_NODE_ALONE } from './launch.ts';

/** tsx caches compiled files in this folder, and lists all of its files at each start. */
const own = { TMPDIR: inject('runFolder') };

/** Runs a command of a project. A failure is returned, not thrown. */
export const runIn = (folder: string, command: Command, env: Environment) =>
  runWith(folder, command, { ...own, ...env });

/** Starts the app of a project, and waits until it listens. It is stopped when the test ends, if not earlier. */
export function startApp(folder: string, command: Command, env: Environment): Promise<RunningApp> {
  const { listening, kill } = launch(folder, command, { ...own, ...env });
  onTestFinished(kill);
  return listening;
}
