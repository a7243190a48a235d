import type { TestProject } from 'vitest/node';
import { chooseSource, type Source } from './choose.ts';
import { connectTo, startShared } from './start.ts';
import type { MongoServer } from './types.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that all tests of a run share. */
    mongo: Pick<MongoServer, 'url' | 'kind' | 'version'>;
    /** Where tests get their own servers from. */
    mongoSource: Source;
  }
}

/** Chooses once per run, prints the choice, and passes it to the tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const named = process.env.MONGODB_TEST_URL;
  const shared = named ? await connectTo(named) : undefined;
  const source = await chooseSource();
  const { url, kind, version, announce, stop } = shared ?? (await startShared(source));
  process.stdout.write(`${announce}\n`);
  project.provide('mongo', { url, kind, version });
  project.provide('mongoSource', source);
  return stop;
}
