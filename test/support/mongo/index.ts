import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';
import type {} from './global-setup.ts';
import { startFrom } from './start.ts';
import type { OwnServer, Role, ServerOptions } from './types.ts';
import { withDatabase } from './urls.ts';

export type { OwnServer, Role, ServerOptions } from './types.ts';
export { withDatabase } from './urls.ts';

/** A new database on the server that the run shares, dropped after the tests. The URL contains its name. */
export function useDatabase(): { url: string; name: string } {
  const name = `test-${randomBytes(8).toString('hex')}`;
  const url = withDatabase(inject('mongo').url, name);
  afterAll(async () => {
    const client = new MongoClient(url);
    try {
      await client.db(name).dropDatabase();
    } finally {
      await client.close();
    }
  });
  return { url, name };
}

/** A separate server, for tests that stop it, slow it down or make it fail. The caller must stop it. */
export const startServer = (options?: ServerOptions): Promise<OwnServer> =>
  startFrom(inject('mongoSource'), options);

/** A separate server that asks for a login, for tests of privileges. It runs while the tests of the file do. */
export function useLockedServer() {
  const running = {} as { server: OwnServer; root: MongoClient };
  beforeAll(async () => {
    running.server = await startServer({ auth: { username: 'root', password: 'root' } });
    running.root = await MongoClient.connect(running.server.url);
  });
  afterAll(async () => {
    await running.root.close();
    await running.server.stop();
  });
  /** A client of a new user with these roles, closed after the test. */
  const clientOf = async (username: string, roles: Role[], database: string): Promise<MongoClient> => {
    const url = await running.server.createUser({ username, password: 's3cret', roles });
    const client = new MongoClient(withDatabase(url, database));
    onTestFinished(() => client.close());
    return client;
  };
  return { running, clientOf };
}
