import { MongoClient } from 'mongodb';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startServer, withDatabase } from '../support/mongo/index.ts';
import { loadMigration, session, sessionsOf } from './project.ts';

const migrate = await loadMigration();

/** The stand-in has no secondaries that could stop replicating. */
const isReal = inject('mongo').kind !== 'stand-in';

test.runIf(isReal)(
  'without a majority of the replica set, the run ends in time and says so, and a later run continues',
  async () => {
    const server = await startServer({ replicaSet: true });
    onTestFinished(() => server.stop());
    const url = withDatabase(server.url, 'app');
    const client = new MongoClient(url);
    onTestFinished(() => client.close());
    await sessionsOf(client.db()).insertMany([session('a'), session('b')], { writeConcern: { w: 3 } });
    await setLagging(client, 'alwaysOn');
    expect(await migrate(url)).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining(
        'Run it again once MongoDB runs, accepts the login, and has a primary and a majority.',
      ),
    });
    expect(await sessionsOf(client.db()).indexes()).toMatchObject([{ name: '_id_' }]);
    await setLagging(client, 'off');
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

async function setLagging(client: MongoClient, mode: 'alwaysOn' | 'off'): Promise<void> {
  const { hosts, primary } = await client.db('admin').command({ hello: 1 });
  for (const host of hosts.filter((each: string) => each !== primary)) {
    const member = new MongoClient(`mongodb://${host}/?directConnection=true`);
    await member.db('admin').command({ configureFailPoint: 'rsSyncApplyStop', mode });
    await member.close();
  }
}
