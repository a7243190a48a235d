import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Collection, MongoClient } from 'mongodb';
import { withDatabase } from '../../test/support/mongo/urls.ts';
import { inTurns, ratio, shown } from '../measure.ts';
import { generate } from '../project.ts';
import type { Section } from '../report.ts';
import { startServer } from '../server.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 1000);
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
  const client = new MongoClient(withDatabase(server.url, `bench-${randomBytes(6).toString('hex')}`));
  const project = generate(['--connection', 'db', '--adopt', 'koa-session-mongoose']);
  const [old, ours] = ['sessions', 'koa_sessions'].map((name) => client.db().collection<Stored>(name));
  try {
    if (!old || !ours) throw new Error('no collections');
    const store = await openStore(project.folder, client);
    await fill(old);
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
    const loaded = async (key: string) => {
      if (!(await store.load(key))) throw new Error(`no session ${key}`);
    };
    const figures = await inTurns(ROUNDS, {
      'a session that is here': async () => {
        await ours.deleteMany({});
        await forEach(loaded);
        return forEach(loaded);
      },
      'a cookie without a session': () => forEach((key) => store.load(`${key}?`)),
      'a session that is taken over': async () => {
        await ours.deleteMany({});
        return forEach(loaded);
      },
      'a bare loop: read the old document, insert a new one': async () => {
        await ours.deleteMany({});
        return forEach(async (key) => {
          const found = await old.findOne({ _id: key });
          if (!found) throw new Error(`no old session ${key}`);
          const { data, updatedAt } = found;
          const dates = { createdAt: updatedAt, updatedAt, expiresAt: new Date(Date.now() + TTL) };
          await ours.insertOne({ _id: key, data: JSON.stringify(data), cookie: {}, version: 1, ...dates });
        });
      },
    });
    const bare = figures['a bare loop: read the old document, insert a new one'];
    return {
      title: 'Adoption',
      text: `Time of one lookup, in µs, ${AT_ONCE} at once, beside ${SESSIONS.toLocaleString('en')} documents of koa-session-mongoose. Nothing is adopted in bulk: a session is taken over once, when its cookie comes, and from then on it is one that is here. In bold, the speed as a multiple of that of the bare loop, which writes as much but promises nothing: not that a logout at the same time stays one, nor that the session is taken over once.`,
      columns: ['', 'µs'],
      rows: Object.entries(figures).map(([name, each]) => [
        name,
        `**${ratio(bare, each)}** · ${shown(each, 0)}`,
      ]),
      versions: [server.announce, `Node ${process.version}`],
    };
  } finally {
    project.remove();
    await client.db().dropDatabase();
    await client.close();
    await server.stop();
  }
}

async function openStore(folder: string, client: MongoClient): Promise<Store> {
  const load = (name: string) => import(pathToFileURL(join(folder, 'src', 'session', `${name}.ts`)).href);
  const [{ connect }, { AdoptingSessions }] = await Promise.all([load('connection'), load('adopt')]);
  return new AdoptingSessions(connect(client.db()), { ttl: TTL });
}

const keyOf = (at: number): string => `old-session-${at}`.padEnd(32, '-');

/** As koa-session-mongoose 3 writes them. */
async function fill(old: Collection<Stored>): Promise<void> {
  await old.createIndex({ updatedAt: 1 }, { expireAfterSeconds: TTL / 1000 });
  const documents = Array.from({ length: SESSIONS + AT_ONCE }, (_, at) => ({
    _id: keyOf(at),
    data: { userId: at, rest: 'x'.repeat(300), _expire: Date.now() + TTL, _maxAge: TTL },
    updatedAt: new Date(),
  }));
  await old.insertMany(documents);
}
