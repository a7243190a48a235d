import { onTestFinished } from 'vitest';
import { type Command, type Environment, launch, type RunningApp } from './launch.ts';

export { COMPILED, FROM_SOURCE, runIn, WITH_NODE_ALONE } from './launch.ts';

/** Starts the app of a project, and waits until it listens. It is stopped with the test at the latest. */
export function startApp(folder: string, command: Command, env: Environment): Promise<RunningApp> {
  const { listening, kill } = launch(folder, command, env);
  onTestFinished(kill);
  return listening;
}
