import { MongoClient } from 'mongodb';
import { chooseSource, type Source } from './choose.ts';
import { control, type Machine } from './own-server.ts';
import type { MongoServer, OwnServer, ServerOptions } from './types.ts';
import { withoutCredentials } from './urls.ts';

/** Starts a server of the given source. */
export async function startFrom(source: Source, options: ServerOptions = {}): Promise<OwnServer> {
  return control(await startMachine(source, options), options);
}

/** Loads only the kind that is started: most test files need neither. */
async function startMachine(source: Source, options: ServerOptions): Promise<Machine> {
  if (source.kind === 'mongod') return (await import('./mongod-server.ts')).startMongod(source, options);
  return (await import('./stand-in-server.ts')).startStandIn(options);
}

/**
 * A running MongoDB: the one that MONGODB_TEST_URL names, otherwise a mongod, otherwise the stand-in. `announce` is a
 * line that says which one, and its version.
 */
export async function startMongo(): Promise<MongoServer & { announce: string }> {
  const url = process.env.MONGODB_TEST_URL;
  if (url) return connectTo(url);
  return startShared(await chooseSource());
}

export async function startShared(source: Source): Promise<MongoServer & { announce: string }> {
  const server = await startFrom(source);
  return { ...server, announce: `MongoDB: ${describeSource(source, server.version)}` };
}

const describeSource = (source: Source, version: string): string =>
  source.kind === 'mongod'
    ? `mongod ${version} by mongodb-memory-server`
    : `the stand-in in test/support/mongo, a test double that behaves as ${version}, for ${source.because}`;

export async function connectTo(url: string): Promise<MongoServer & { announce: string }> {
  const client = new MongoClient(url);
  try {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    const announce = `MongoDB: server ${version} at ${withoutCredentials(url)} (MONGODB_TEST_URL)`;
    return { url, kind: 'url', version, announce, stop: async () => {} };
  } catch (error) {
    throw new Error(
      `MONGODB_TEST_URL: ${withoutCredentials(url)} cannot be used: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    await client.close();
  }
}
