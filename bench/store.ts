import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';
import { hashKey, MongoSessionStore } from '../test/golden/url/expected/src/session/store.ts';
import type { SessionDocument } from '../test/golden/url/expected/src/session/types.ts';
import { chooseSource } from '../test/support/mongo/choose.ts';
import { startMongo } from '../test/support/mongo/start.ts';
import { compare } from './measure.ts';

/**
 * The generated store against the least that any store has to do: a bare call of the driver that keeps JSON text.
 * Only the ratios mean something, and those only within one run.
 */
const ROUNDS = 15;
const OPERATIONS = 320;
const AT_A_TIME = 64;
const TTL = 60 * 60 * 1000;
const SIZES = [188, 1600, 16_000];

interface Server {
  url: string;
  announce: string;
  stop(): Promise<void>;
}

type Payload = Record<string, unknown>;

const { url, announce, stop } = await startServer();
const client = new MongoClient(url);
const database = client.db(`bench-${randomBytes(6).toString('hex')}`);
const documents = database.collection<SessionDocument>('sessions');
const store = new MongoSessionStore(
  { collection: async () => documents, close: async () => {} },
  { ttl: TTL },
);

try {
  process.stdout.write(`${announce}\n\n`);
  process.stdout.write(`${row('', 'bytes', 'store ops/s', 'driver ops/s', 'ratio')}\n`);
  for (const bytes of SIZES) {
    const payload = payloadOf(bytes);
    for (const [name, [ours, theirs]] of Object.entries(operationsOn(payload))) {
      const { ratio, one, other } = await compare(ROUNDS, ours, theirs);
      process.stdout.write(`${row(name, bytes, one.toFixed(0), other.toFixed(0), ratio.toFixed(2))}\n`);
    }
  }
} finally {
  await database.dropDatabase();
  await client.close();
  await stop();
}

/** Each gives operations per second: the store's, and the bare driver's. */
function operationsOn(payload: Payload): Record<string, [() => Promise<number>, () => Promise<number>]> {
  const changed = { ...payload, views: 2 };
  const expiresAt = () => new Date(Date.now() + TTL);
  return {
    get: [
      () =>
        rate(
          () => stored(payload),
          ({ key, ctx }) => store.get(key, TTL, { ctx }),
        ),
      () =>
        rate(
          () => stored(payload),
          async ({ id }) => JSON.parse((await documents.findOne({ _id: id }))?.data ?? ''),
        ),
    ],
    touch: [
      () =>
        rate(
          () => loaded(payload),
          ({ key, ctx }) => store.set(key, payload, TTL, { ctx }),
        ),
      () =>
        rate(
          () => loaded(payload),
          ({ id }) => documents.updateOne({ _id: id }, { $set: { expiresAt: expiresAt() } }),
        ),
    ],
    update: [
      () =>
        rate(
          () => loaded(payload),
          ({ key, ctx }) => store.set(key, changed, TTL, { ctx }),
        ),
      () =>
        rate(
          () => loaded(payload),
          ({ id }) =>
            documents.updateOne(
              { _id: id },
              { $set: { data: JSON.stringify(changed), expiresAt: expiresAt() } },
            ),
        ),
    ],
    insert: [
      () => rate(fresh, ({ key, ctx }) => store.set(key, payload, TTL, { ctx })),
      () =>
        rate(fresh, ({ id }) =>
          documents.updateOne(
            { _id: id },
            { $set: { data: JSON.stringify(payload), expiresAt: expiresAt() } },
            { upsert: true },
          ),
        ),
    ],
  };
}

interface Session {
  key: string;
  id: string;
  ctx: object;
}

async function fresh(): Promise<Session> {
  const key = randomBytes(32).toString('base64url');
  return { key, id: hashKey(key), ctx: {} };
}

async function stored(payload: Payload): Promise<Session> {
  const session = await fresh();
  await store.set(session.key, payload, TTL);
  return session;
}

async function loaded(payload: Payload): Promise<Session> {
  const session = await stored(payload);
  await store.get(session.key, TTL, { ctx: session.ctx });
  return session;
}

/** Operations per second; what they need is made ready before the clock starts. */
async function rate(prepare: () => Promise<Session>, operate: (session: Session) => Promise<unknown>) {
  const sessions = await Promise.all(Array.from({ length: OPERATIONS }, prepare));
  const start = performance.now();
  const queue = sessions.values();
  const work = async () => {
    for (const session of queue) await operate(session);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const seconds = (performance.now() - start) / 1000;
  await documents.deleteMany({});
  return OPERATIONS / seconds;
}

/** A payload of so many bytes of JSON, made of properties as sessions have them. */
function payloadOf(bytes: number): Payload {
  const payload: Payload = { user: '65f0c0ffee65f0c0ffee65f0', views: 1, csrf: 'x'.repeat(32) };
  const left = () => bytes - JSON.stringify(payload).length;
  for (let item = 0; left() > 120; item += 1) payload[`item${item}`] = { id: item, name: 'n'.repeat(60) };
  payload.rest = '';
  payload.rest = 'r'.repeat(Math.max(0, left()));
  return payload;
}

function row(name: string, ...columns: (string | number)[]): string {
  return name.padEnd(8) + columns.map((column) => String(column).padStart(13)).join('');
}

/** The stand-in gets a process of its own, as a server has: else its work would count as the driver's. */
async function startServer(): Promise<Server> {
  if (process.env.MONGODB_TEST_URL || (await chooseSource()).kind === 'mongod') return startMongo();
  const file = join(import.meta.dirname, '..', 'test', 'support', 'mongo', 'serve.ts');
  const server: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!server.stdout) throw new Error('The stand-in has no output.');
  const [address] = (await once(createInterface(server.stdout), 'line')) as [string];
  return {
    url: address,
    announce: 'MongoDB: the stand-in in test/support/mongo, a test double: far from what a mongod would show',
    async stop() {
      server.kill();
      await once(server, 'exit');
    },
  };
}
