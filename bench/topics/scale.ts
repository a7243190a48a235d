import { createHash, randomBytes, randomInt } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { SessionDocument } from '../../test/golden/db/expected/src/session/collection.ts';
import { withDatabase } from '../../test/support/mongo/urls.ts';
import { figuresOf, shown } from '../measure.ts';
import { payloadOf } from '../payload.ts';
import type { Section } from '../report.ts';
import { startServer } from '../server.ts';
import { connectionModules, storeClass } from '../subject.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const BATCH = 10_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const OPERATIONS = 500;
const TTL = 14 * 24 * 60 * 60 * 1000;

const keyOf = (at: number): string => `session-${at}`.padEnd(43, '-');

/** Does the number of sessions affect a single request? */
export async function scale(): Promise<Section> {
  const server = await startServer();
  const client = new MongoClient(withDatabase(server.url, `bench-${randomBytes(6).toString('hex')}`));
  try {
    const rows: string[][] = [];
    let size = 0;
    for (const wanted of SIZES) {
      await fill(client, size, wanted);
      size = wanted;
      rows.push([wanted.toLocaleString('en'), ...(await timesAt(client, size))]);
    }
    return {
      title: 'Many sessions',
      text: 'Time of one operation on a session chosen at random, in µs, one after the other, by how many sessions there are.',
      columns: ['sessions', 'get', 'get and change'],
      rows,
      versions: [server.announce, `Node ${process.version}`],
    };
  } finally {
    await client.db().dropDatabase();
    await client.close();
    await server.stop();
  }
}

async function timesAt(client: MongoClient, size: number): Promise<string[]> {
  const [Store, { db }] = [await storeClass(), await connectionModules()];
  const store = new Store(db.connect(client.db() as never), { ttl: TTL });
  const read = async (ctx: object, key: string) => (await store.get(key, TTL, { ctx })) ?? {};
  const change = async (ctx: object, key: string) => {
    const payload = await read(ctx, key);
    await store.set(key, { ...payload, views: randomInt(1_000_000) }, TTL, { ctx });
  };
  const figures = [];
  for (const work of [read, change]) {
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const start = performance.now();
      for (let at = 0; at < OPERATIONS; at += 1) await work({}, keyOf(randomInt(size)));
      times.push(((performance.now() - start) * 1000) / OPERATIONS);
    }
    // The first round is a warm-up and does not count.
    figures.push(shown(figuresOf(times.slice(1)), 0));
  }
  return figures;
}

async function fill(client: MongoClient, from: number, to: number): Promise<void> {
  const documents = client.db().collection<SessionDocument>('sessions');
  const now = new Date();
  const data = JSON.stringify(payloadOf(200));
  for (let at = from; at < to; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, to - at) }, (_, index) => ({
      _id: createHash('sha256')
        .update(keyOf(at + index))
        .digest('base64url'),
      data,
      cookie: { _expire: now.getTime() + TTL, _maxAge: TTL },
      createdAt: now,
      updatedAt: now,
      expiresAt: new Date(now.getTime() + TTL),
      version: 1,
    }));
    await documents.insertMany(batch as never, { ordered: false });
  }
}
