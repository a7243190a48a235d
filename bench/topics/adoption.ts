import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Collection, MongoClient } from 'mongodb';
import { withDatabase } from '../../test/support/mongo/urls.ts';
import { inTurns, type Measure, ratio, shown } from '../measure.ts';
import { generate } from '../project.ts';
import type { Section } from '../report.ts';
import { startServer } from '../server.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** How many of the old sessions are looked up, and how many the old collections hold. */
const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 1000);
const SIZES = [SESSIONS, SESSIONS * 1000];
const BATCH = 10_000;
const AT_ONCE = 16;
/** In ms. */
const TTL = 14 * 24 * 60 * 60 * 1000;

interface Stored {
  readonly _id: string;
  readonly [field: string]: unknown;
}

interface Store {
  load(key: string): Promise<object | undefined>;
}

/** The cost of a cookie whose session is in the collection of koa-session-mongoose, or nowhere. */
export async function adoption(): Promise<Section> {
  const server = await startServer();
  const database = () => withDatabase(server.url, `bench-${randomBytes(6).toString('hex')}`);
  const clients = SIZES.map(() => new MongoClient(database()));
  const project = generate(['--connection', 'db', '--adopt', 'koa-session-mongoose']);
  try {
    const works: Record<string, Measure> = {};
    for (const [at, client] of clients.entries()) {
      const size = SIZES[at] ?? 0;
      await fill(client.db().collection('sessions'), size);
      for (const [name, work] of Object.entries(await worksIn(client, project.folder))) {
        works[titled(name, size)] = work;
      }
    }
    const figures = await inTurns(ROUNDS, works);
    const cell = (name: string, size: number): string => {
      const [bare, each] = [figures[titled(BARE, size)], figures[titled(name, size)]];
      return bare && each ? `**${ratio(bare, each)}** · ${shown(each, 0)}` : '';
    };
    return {
      title: 'Adoption',
      text: `Time of one lookup, in µs, ${AT_ONCE} at once, beside as many documents of koa-session-mongoose as the head of the column says. Nothing is adopted in bulk: a session is taken over once, when its cookie comes, and from then on it is one that is here. In bold, the speed as a multiple of that of the bare loop, which makes two calls and promises nothing: not that a logout at the same time stays one, nor that the session is taken over once. These promises take seven calls, of which two write and the last three are made at once. The bare driver makes the same seven calls in the last row, so the difference to it is the work of the store itself.`,
      columns: ['', ...SIZES.map((size) => `beside ${size.toLocaleString('en')}`)],
      rows: NAMES.map((name) => [name, ...SIZES.map((size) => cell(name, size))]),
      versions: [server.announce, `Node ${process.version}`],
    };
  } finally {
    project.remove();
    for (const client of clients) {
      await client.db().dropDatabase();
      await client.close();
    }
    await server.stop();
  }
}

const BARE = 'a bare loop: read the old document, insert a new one';
const NAMES = [
  'a session that is here',
  'a cookie without a session',
  'a session that is taken over',
  BARE,
  'the calls of a takeover, by the bare driver',
] as const;

const titled = (name: string, size: number): string => `${name}, beside ${size}`;

/** Each looks up the same sessions. */
async function worksIn(
  client: MongoClient,
  folder: string,
): Promise<Record<(typeof NAMES)[number], Measure>> {
  const old = client.db().collection<Stored>('sessions');
  const ours = client.db().collection<Stored>('koa_sessions');
  const store = await openStore(folder, client);
  // As after the migration. mongod 7.0.15 under Wine never answers some upserts when many of them create a collection
  // at once.
  await ours.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0, name: 'session_ttl' });
  const forEach = async (work: (key: string) => Promise<unknown>) => {
    const start = performance.now();
    for (let first = 0; first < SESSIONS; first += AT_ONCE) {
      const keys = Array.from({ length: AT_ONCE }, (_, at) => keyOf(first + at));
      await Promise.all(keys.map(work));
    }
    return ((performance.now() - start) * 1000) / SESSIONS;
  };
  const anew = async (work: (key: string) => Promise<unknown>) => {
    await ours.deleteMany({});
    return forEach(work);
  };
  const loaded = async (key: string) => {
    if (!(await store.load(key))) throw new Error(`no session ${key}`);
  };
  const sessionOf = async (key: string) => {
    const found = await old.findOne({ _id: key });
    if (!found) throw new Error(`no old session ${key}`);
    const { data, updatedAt } = found;
    const dates = { createdAt: updatedAt, updatedAt, expiresAt: new Date(Date.now() + TTL) };
    return { _id: key, data: JSON.stringify(data), cookie: {}, version: 1, ...dates };
  };
  return {
    'a session that is here': async () => {
      await anew(loaded);
      return forEach(loaded);
    },
    'a cookie without a session': () => forEach((key) => store.load(`${key}?`)),
    'a session that is taken over': () => anew(loaded),
    [BARE]: () => anew(async (key) => ours.insertOne(await sessionOf(key))),
    'the calls of a takeover, by the bare driver': () =>
      anew(async (key) => {
        await ours.findOne({ _id: key });
        const { _id, ...session } = await sessionOf(key);
        const note = { _id: `adopted:${key}` };
        const notes = { _id: { $in: ['ended', note._id] }, until: { $gte: session.createdAt } };
        await ours.findOne(notes);
        await ours.updateOne({ _id }, { $setOnInsert: session }, { upsert: true });
        const { expiresAt } = session;
        await Promise.all([
          ours.updateOne(note, { $set: { until: expiresAt, expiresAt } }, { upsert: true }),
          ours.findOne(notes),
          old.findOne({ _id: key }),
        ]);
      }),
  };
}

async function openStore(folder: string, client: MongoClient): Promise<Store> {
  const load = (name: string) => import(pathToFileURL(join(folder, 'src', 'session', `${name}.ts`)).href);
  const [{ connect }, { AdoptingSessions }] = await Promise.all([load('connection'), load('adopt')]);
  return new AdoptingSessions(connect(client.db()), { ttl: TTL });
}

const keyOf = (at: number): string => `old-session-${at}`.padEnd(32, '-');

/** As koa-session-mongoose 3 writes them, with its index. */
async function fill(old: Collection<Stored>, size: number): Promise<void> {
  await old.createIndex({ updatedAt: 1 }, { expireAfterSeconds: TTL / 1000 });
  const count = size + AT_ONCE;
  for (let first = 0; first < count; first += BATCH) {
    const documents = Array.from({ length: Math.min(BATCH, count - first) }, (_, at) => ({
      _id: keyOf(first + at),
      data: { userId: first + at, rest: 'x'.repeat(300), _expire: Date.now() + TTL, _maxAge: TTL },
      updatedAt: new Date(),
    }));
    await old.insertMany(documents, { ordered: false });
  }
}
