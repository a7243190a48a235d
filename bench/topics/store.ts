import { createHash, randomBytes } from 'node:crypto';
import { type Collection, MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import type {
  SessionConnection,
  SessionDocument,
} from '../../test/golden/url/expected/src/session/collection.ts';
import type { Sessions } from '../../test/golden/url/expected/src/session/sessions.ts';
import { withDatabase } from '../../test/support/mongo/urls.ts';
import { inTurns, type Measure, ratio, shown } from '../measure.ts';
import { type Payload, payloadOf } from '../payload.ts';
import type { Section } from '../report.ts';
import { startServer } from '../server.ts';
import { connectionModules, storeClass } from '../subject.ts';

/** Many short rounds, since other load on the machine changes within milliseconds. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 60);
const AT_A_TIME = 64;
/** In each round, so many times 64 operations: enough to contain the garbage collections that a contender causes. */
const TIMES = 4;
/** Until the code of all contenders is compiled. */
const WARM_UP = 2;
const TTL = 14 * 24 * 60 * 60 * 1000;
const SIZES = [200, 2_000];

type Documents = Collection<SessionDocument>;

interface Session {
  readonly key: string;
  readonly id: string;
  readonly ctx: object;
  /** As koa-session hands it over: an object of its own for each call, with koa-session's own fields. */
  readonly payload: Payload;
}

/** The measured operations, and what each needs beforehand. */
interface Operation {
  readonly prepare: (sessions: readonly Session[], world: World) => Promise<unknown>;
  readonly ours: (session: Session, store: Sessions) => Promise<unknown>;
  readonly bare: (session: Session, documents: Documents) => Promise<unknown>;
}

type Operate = (session: Session, store: Sessions) => Promise<unknown>;

/** What the preparations work with. */
interface World {
  readonly store: Sessions;
  readonly documents: Documents;
  /** A stored session. */
  readonly model: SessionDocument;
}

const nothing: Operation['prepare'] = async () => {};

/** In one call, since most of the time would be preparation otherwise. */
const stored: Operation['prepare'] = (sessions, { documents, model }) =>
  documents.insertMany(sessions.map(({ id: _id }) => ({ ...model, _id })));

const loaded: Operation['prepare'] = async (sessions, world) => {
  await stored(sessions, world);
  await Promise.all(sessions.map(({ key, ctx }) => world.store.get(key, TTL, { ctx })));
};

const dates = () => {
  const now = new Date();
  return { updatedAt: now, expiresAt: new Date(now.getTime() + TTL) };
};

const OPERATIONS_MEASURED: Readonly<Record<string, Operation>> = {
  get: {
    prepare: stored,
    ours: ({ key, ctx }, store) => store.get(key, TTL, { ctx }),
    bare: async ({ id }, documents) => JSON.parse(String((await documents.findOne({ _id: id }))?.data)),
  },
  miss: {
    prepare: nothing,
    ours: ({ key, ctx }, store) => store.get(key, TTL, { ctx }),
    bare: ({ id }, documents) => documents.findOne({ _id: id }),
  },
  insert: {
    prepare: nothing,
    ours: ({ key, ctx, payload }, store) => store.set(key, payload, TTL, { ctx }),
    bare: ({ id, payload }, documents) => {
      const $set = {
        data: JSON.stringify(payload),
        createdAt: new Date(),
        version: 1,
        cookie: {},
        ...dates(),
      };
      return documents.updateOne({ _id: id }, { $set }, { upsert: true });
    },
  },
  change: {
    prepare: loaded,
    ours: ({ key, ctx, payload }, store) => store.set(key, { ...payload, views: 2 }, TTL, { ctx }),
    bare: ({ id, payload }, documents) =>
      documents.updateOne(
        { _id: id },
        { $set: { data: JSON.stringify({ ...payload, views: 2 }), ...dates() } },
      ),
  },
  touch: {
    prepare: loaded,
    ours: ({ key, ctx, payload }, store) => store.set(key, payload, TTL, { ctx }),
    bare: ({ id }, documents) => documents.updateOne({ _id: id }, { $set: dates() }),
  },
  destroy: {
    prepare: stored,
    ours: ({ key }, store) => store.destroy(key),
    bare: ({ id }, documents) => documents.deleteOne({ _id: id }),
  },
};

/** The CPU cost of the store in the process that uses it, compared with the minimum that any store has to do. */
export async function store(): Promise<Section> {
  const server = await startServer();
  const Store = await storeClass();
  const modules = await connectionModules();
  const url = withDatabase(server.url, `bench-${randomBytes(6).toString('hex')}`);
  const client = new MongoClient(url);
  process.env.MONGODB_URL = url;
  const other = await mongoose.createConnection(url).asPromise();
  const documents = client.db().collection<SessionDocument>('sessions');
  // Mongoose brings a copy of the driver, often of another version, so it is compared with a bare call of that copy.
  const documentsOfMongoose = other.db?.collection('sessions') as unknown as Documents;
  const connections = {
    url: modules.url.connect(),
    db: modules.db.connect(client.db() as never),
    mongoose: modules.mongoose.connect(other as never),
  };
  try {
    const rows: string[][] = [];
    for (const bytes of SIZES) {
      const newSession = sessionsWith(payloadOf(bytes));
      const model = await storedSession(new Store(connections.db, { ttl: TTL }), newSession(), documents);
      for (const [name, operation] of Object.entries(OPERATIONS_MEASURED)) {
        const measured = (connection: SessionConnection, operate: Operate): Measure => {
          const store = new Store(connection, { ttl: TTL });
          const prepare = (sessions: Session[]) => operation.prepare(sessions, { store, documents, model });
          return () => cpuOf(newSession, prepare, (session) => operate(session, store));
        };
        const ours = (connection: SessionConnection) => measured(connection, operation.ours);
        const bare = (connection: SessionConnection, driver: Documents) =>
          measured(connection, (session) => operation.bare(session, driver));
        const measures = {
          driver: bare(connections.db, documents),
          driverOfMongoose: bare(connections.mongoose, documentsOfMongoose),
          url: ours(connections.url),
          db: ours(connections.db),
          mongoose: ours(connections.mongoose),
        };
        const figures = await inTurns(ROUNDS, measures, { warmUp: WARM_UP });
        const { driver, driverOfMongoose, ...styles } = figures;
        const cells = Object.entries(styles).map(([style, each]) => {
          const bare = style === 'mongoose' ? driverOfMongoose : driver;
          return `**${ratio(bare, each)}** · ${shown(each, 0)}`;
        });
        rows.push([name, `${bytes} B`, shown(driver, 0), shown(driverOfMongoose, 0), ...cells]);
        await documents.deleteMany({});
      }
    }
    return {
      title: 'The store beside the bare driver',
      text: `CPU of the process that uses the store, in µs an operation, ${AT_A_TIME} at a time, by the connection module of each style; and in bold how much of it a bare call of the driver that keeps JSON text takes: 1 would be the driver itself. Mongoose brings a driver of its own, so that the mongoose style is compared with that one. The goals are 0.9 for get, miss, insert and destroy, and 0.8 for change and touch.`,
      columns: ['', 'payload', 'bare driver', "Mongoose's driver, bare", ...Object.keys(connections)],
      rows,
      versions: [server.announce, `Node ${process.version}`],
    };
  } finally {
    await client.db().dropDatabase();
    await Promise.all(Object.values(connections).map((connection) => connection.close()));
    await Promise.all([client.close(), other.close()]);
    await server.stop();
  }
}

/** In µs per operation, without the preparation. */
async function cpuOf(
  newSession: () => Session,
  prepare: (sessions: Session[]) => Promise<unknown>,
  operate: (session: Session) => Promise<unknown>,
): Promise<number> {
  const sessions = Array.from({ length: AT_A_TIME * TIMES }, newSession);
  await prepare(sessions);
  const before = process.cpuUsage();
  // As in an app, nothing holds a request that has ended, nor the session that it loaded.
  while (sessions.length > 0) await Promise.all(sessions.splice(0, AT_A_TIME).map(operate));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (AT_A_TIME * TIMES);
}

/** The document of a session as the store writes it. */
async function storedSession(store: Sessions, { key, id, payload }: Session, documents: Documents) {
  await store.set(key, payload, TTL);
  const document = await documents.findOne({ _id: id });
  if (!document) throw new Error('the store has stored nothing');
  return document;
}

const sessionsWith = (data: Payload) => (): Session => {
  const key = randomBytes(32).toString('base64url');
  const id = createHash('sha256').update(key).digest('base64url');
  // Property by property, as koa-session copies it.
  const payload: Payload = {};
  for (const [name, value] of Object.entries(data)) payload[name] = value;
  return { key, id, ctx: {}, payload: Object.assign(payload, { _expire: Date.now() + TTL, _maxAge: TTL }) };
};
