import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, inject, test } from 'vitest';
import { type OwnServer, startServer, useDatabase } from '../../support/mongo/index.ts';
import { indexes } from './indexes.ts';
import { reads } from './reads.ts';
import { applies, type Row } from './row.ts';
import { runSteps } from './run.ts';
import { server } from './server.ts';
import { writes } from './writes.ts';

const families: [family: string, rows: Row[]][] = [
  ['server', server],
  ['reads', reads],
  ['writes', writes],
  ['indexes', indexes],
];

describe('the shared server', () => {
  const database = useDatabase();
  let client: MongoClient;
  beforeAll(async () => {
    client = await MongoClient.connect(database.url);
  });
  afterAll(() => client.close());
  beforeEach(() => client.db().dropDatabase());

  describe.each(families)('%s', (_, rows) => {
    test.each(rows.filter((row) => applies(row, inject('mongo').version)))('$name', async ({ steps }) => {
      await runSteps(client.db(), steps);
    });
  });
});

/** Only the stand-in has other versions than the shared server. */
const others = inject('mongoSource').kind === 'stand-in' ? ['4.4', '5.0', '6.0', '8.0'] : [];

describe.each(others)('a separate server, requested as %s', (version) => {
  let own: OwnServer;
  let client: MongoClient;
  beforeAll(async () => {
    own = await startServer({ version });
    client = await MongoClient.connect(own.url);
  });
  afterAll(async () => {
    await client.close();
    await own.stop();
  });
  beforeEach(() => client.db('conformance').dropDatabase());

  describe.each(families)('%s', (_, rows) => {
    test.for(rows)('$name', async (row, { skip }) => {
      skip(!applies(row, own.version));
      await runSteps(client.db('conformance'), row.steps);
    });
  });
});
