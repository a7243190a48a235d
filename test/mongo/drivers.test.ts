import { createRequire } from 'node:module';
import { MongoClient as MongoClient7 } from 'mongodb';
import { MongoClient as MongoClient6 } from 'mongodb6';
import mongoose9 from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type OwnServer,
  type ServerOptions,
  startServer,
  useDatabase,
  withDatabase,
} from '../support/mongo/index.ts';

// The types of mongoose 8 declare the module 'mongoose', even if it is installed under another name.
const mongoose8 = createRequire(import.meta.url)('mongoose8') as typeof mongoose9;

interface Thing {
  _id: string;
  bytes: Buffer;
  at: Date;
  count: number;
}

/** The few methods that the collections of all drivers have in common. */
interface Things {
  insertOne(thing: Thing): Promise<unknown>;
  findOne(filter: { _id: string }, options: { promoteBuffers: true }): Promise<Thing | null>;
}

type Use = (url: string, use: (things: Things) => Promise<void>) => Promise<void>;

const drivers: [name: string, use: Use][] = [
  [
    'mongodb 7',
    async (url, use) => {
      const client = await MongoClient7.connect(url);
      await use(client.db().collection<Thing>('things')).finally(() => client.close());
    },
  ],
  [
    'mongodb 6',
    async (url, use) => {
      const client = await MongoClient6.connect(url);
      await use(client.db().collection<Thing>('things')).finally(() => client.close());
    },
  ],
  [
    'mongoose 9',
    async (url, use) => {
      const connection = await mongoose9.createConnection(url).asPromise();
      await use(connection.collection<Thing>('things')).finally(() => connection.close());
    },
  ],
  [
    'mongoose 8',
    async (url, use) => {
      const connection = await mongoose8.createConnection(url).asPromise();
      await use(connection.collection<Thing>('things')).finally(() => connection.close());
    },
  ],
];

const thing = (driver: string): Thing => ({
  _id: driver,
  bytes: Buffer.from([0, 255]),
  at: new Date('2024-02-29T12:00:00.001Z'),
  count: 3,
});

const roundTrip = (driver: string) => async (things: Things) => {
  await things.insertOne(thing(driver));
  expect(await things.findOne({ _id: driver }, { promoteBuffers: true })).toEqual(thing(driver));
};

const login = { username: 'ann@example', password: 'p:/w%?' };

const worlds: [name: string, options: ServerOptions][] = [
  ['TLS', { tls: true }],
  ['auth', { auth: login }],
  ['auth and TLS', { auth: login, tls: true }],
  ['a replica set', { replicaSet: true }],
  ['a replica set with auth and TLS', { auth: login, tls: true, replicaSet: true }],
];

describe('on the shared server', () => {
  const database = useDatabase();

  test.each(drivers)('%s stores and reads back', async (name, use) => {
    await use(database.url, roundTrip(name));
  });
});

describe.each(worlds)('with %s', (_, options) => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer(options);
  });
  afterAll(() => server.stop());

  test.each(drivers)('%s stores and reads back', async (name, use) => {
    await use(withDatabase(server.url, 'drivers'), roundTrip(name));
  });
});

describe('with TLS, who may not enter', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startServer({ auth: login, tls: true });
  });
  afterAll(() => server.stop());

  test.each(drivers)('%s is told that its password is wrong', async (name, use) => {
    const url = withDatabase(server.url, 'drivers').replace('p%3A', 'q%3A');
    await expect(use(url, roundTrip(name))).rejects.toMatchObject({ code: 18 });
  });

  test.each(drivers)('%s without a login is told that it needs one', async (name, use) => {
    const url = withDatabase(server.url, 'drivers').replace(/\/\/.*@/, '//');
    await expect(use(url, roundTrip(name))).rejects.toMatchObject({ code: 13 });
  });
});
