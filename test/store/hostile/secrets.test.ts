import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import Koa from 'koa';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  ALL_OPTIONS,
  type GeneratedStore,
  loadGenerated,
  PLAIN,
  STYLES,
  type StoreOptions,
} from '../../support/generated.ts';
import { type OwnServer, startServer, withDatabase } from '../../support/mongo/index.ts';
import { sample } from '../../support/sampling.ts';

/** Secrets that must not appear anywhere; each is unique. */
const mark = (what: string) => `${what}-${randomBytes(12).toString('hex')}`;
const KEY = mark('key');
const USER = mark('user');
const PAYLOAD = mark('payload');
const USERNAME = mark('username');
const PASSWORD = mark('password');
const ENCRYPTION_KEY = randomBytes(32);
const APP_KEY = mark('app-key');

const OPTIONS: StoreOptions = { ...ALL_OPTIONS, encryptionKeys: [ENCRYPTION_KEY] };

type Collection = Awaited<ReturnType<Parameters<typeof storeOn>[0]['collection']>>;
type Modules = Awaited<ReturnType<typeof loadGenerated>>;

const all = { absoluteTtl: 60, touchAfter: 1, userKey: 'userId', encrypt: true } as const;
let plain: Modules;
let full: Modules;
let throwing: Modules;
let server: OwnServer;
let url: string;

beforeAll(async () => {
  plain = await loadGenerated(PLAIN);
  full = await loadGenerated({ ...PLAIN, ...all });
  throwing = await loadGenerated({ ...PLAIN, ...all, onConcurrentWrite: 'throw' });
  server = await startServer({ auth: { username: USERNAME, password: PASSWORD } });
  url = withDatabase(server.url, 'app');
  process.env.APP_KEYS = APP_KEY;
});
afterAll(() => server.stop());

function storeOn(connection: ReturnType<Modules['connection']['connect']>, modules = full, options = {}) {
  return new modules.sessions.Sessions(connection, { ...OPTIONS, ...options });
}

async function use<T>(
  modules: Modules,
  address: string,
  work: (store: GeneratedStore) => Promise<T>,
  options = {},
) {
  process.env.MONGODB_URL = address;
  const store = storeOn(modules.connection.connect(), modules, options);
  return await work(store).finally(() => store.close());
}

const session = () => ({
  userId: USER,
  secret: PAYLOAD,
  list: [PAYLOAD],
  [PAYLOAD.slice(0, 4)]: { PAYLOAD },
});

/** Calls every operation. */
const operations: ((store: GeneratedStore) => Promise<unknown>)[] = [
  (store) => store.get(KEY),
  (store) => store.set(KEY, session()),
  (store) => store.destroy(KEY),
  (store) => store.load(KEY),
  (store) => store.count(),
  (store) => store.clear(),
  (store) => store.ready(),
  (store) => store.destroyByUser(USER, { except: KEY }),
  (store) => store.listByUser(USER, { current: KEY }),
];

const everyOperation = async (store: GeneratedStore) => {
  for (const operate of operations) await operate(store);
};

const withFault =
  (spec: Parameters<OwnServer['failCommand']>[0], options: Partial<StoreOptions> = {}) =>
  async () => {
    for (const operate of operations) {
      await server.failCommand(spec);
      await use(full, url, operate, options).catch(note);
    }
    await server.failCommand({ failCommands: [], mode: 'off' });
  };

const COMMANDS = ['find', 'update', 'delete', 'aggregate', 'listIndexes'];

/** The errors of the current row. */
let noted: unknown[] = [];
const note = (error: unknown) => void noted.push(error);

/** A collection in which every call fails with the given error. */
const failingWith = (error: object) => {
  const fail = async () => {
    throw error;
  };
  const collection = {
    findOne: fail,
    find: () => ({ toArray: fail }),
    updateOne: fail,
    deleteOne: fail,
    deleteMany: fail,
    countDocuments: fail,
    listIndexes: () => ({ toArray: fail }),
  };
  return { collection: async () => collection as never, close: async () => {} };
};

const quoting = `{ _id: "${KEY}", data: "${PAYLOAD}" } for ${USERNAME}:${PASSWORD}@host`;

const situations: [name: string, provoke: () => Promise<unknown>][] = [
  ['all goes well', () => use(full, url, everyOperation)],
  [
    'the server cannot be reached',
    async () => {
      const nowhere = url.replace(/@[^/]*/, '@127.0.0.1:1');
      await Promise.all(operations.map((operate) => use(full, nowhere, operate).catch(note)));
    },
  ],
  [
    'the password is wrong',
    async () => {
      const other = `${url.replace(PASSWORD, `${PASSWORD}x`)}`;
      for (const operate of operations) await use(full, other, operate).catch(note);
    },
  ],
  ['the user has no privileges', withFault({ failCommands: COMMANDS, errorCode: 13 })],
  [
    'keys are duplicates',
    withFault({
      failCommands: COMMANDS,
      errorCode: 11000,
      errorExtraInfo: { keyPattern: { _id: 1 }, keyValue: { _id: KEY } },
      mode: { times: 2 },
    }),
  ],
  ['the connection breaks', withFault({ failCommands: COMMANDS, closeConnection: true, mode: { times: 2 } })],
  ['the server is slow', withFault({ failCommands: COMMANDS, blockTimeMS: 2000 }, { timeout: 100 })],
  [
    'the write concern fails',
    withFault({ failCommands: COMMANDS, writeConcernError: { code: 64, errmsg: quoting } }),
  ],
  [
    'an error of the server quotes the command',
    async () => {
      for (const error of [
        {
          name: 'MongoServerError',
          code: 121,
          codeName: 'DocumentValidationFailure',
          message: quoting,
          errInfo: quoting,
        },
        { name: 'MongoServerError', message: quoting },
        { name: 'MongoWriteConcernError', code: 64, message: quoting, result: quoting },
      ]) {
        const thrown = Object.assign(new Error(error.message), error, { cause: new Error(quoting) });
        for (const operate of operations) await operate(storeOn(failingWith(thrown))).catch(note);
      }
    },
  ],
  [
    'the connection string is malformed',
    async () => {
      for (const address of [
        `mongodb://${USERNAME}:${PASSWORD}@`,
        `mongodb://${USERNAME}:${PASSWORD}@@host/app`,
        `mongodb://${USERNAME}:a/${PASSWORD}@host:1/app`,
        `mongodb://${USERNAME}:${PASSWORD}%@host/app`,
        `mongodb://${USERNAME}:${PASSWORD}@host:port/app`,
        `mongodb://${USERNAME}:${PASSWORD}@host/app?tls=${PASSWORD}`,
        `mongodb://${USERNAME}:${PASSWORD}@host/app?authMechanism=${PASSWORD}`,
        `mongodb://${USERNAME}:${PASSWORD}@host/app?authMechanismProperties=${PASSWORD}`,
        `mongodb+srv://${USERNAME}:${PASSWORD}@host:1/app`,
        `mongodb+srv://${USERNAME}:${PASSWORD}@one.invalid,two.invalid/app`,
        `http://${USERNAME}:${PASSWORD}@host/app`,
        `${USERNAME}:${PASSWORD}`,
      ]) {
        await use(plain, address, (store) => store.get(KEY)).catch(note);
      }
    },
  ],
  [
    'the key is invalid',
    async () => {
      await use(full, url, async (store) => {
        for (const key of [KEY.padEnd(20_000), [KEY], { KEY }, `${KEY}\ud800`]) {
          await store.get(key as string);
          await store.set(key as string, session()).catch(note);
          await store.destroyByUser(USER, { except: key as string }).catch(note);
          await store.listByUser(USER, { current: key as string }).catch(note);
        }
      });
    },
  ],
  [
    'the payload cannot be stored',
    async () => {
      const cyclic: Record<string, unknown> = session();
      cyclic.self = cyclic;
      await use(full, url, async (store) => {
        await store.set(KEY, { ...session(), text: PAYLOAD.repeat(100_000) }).catch(note);
        await store.set(KEY, cyclic).catch(note);
        await store.set(KEY, { ...session(), big: 1n }).catch(note);
        await store.set(KEY, { userId: { id: PAYLOAD } }).catch(note);
        await store.set(KEY, { userId: [PAYLOAD] }).catch(note);
      });
      await use(full, url, (store) => store.set(KEY, { text: PAYLOAD.repeat(1_000_000) }).catch(note), {
        maxBytes: 1e9,
      });
    },
  ],
  [
    'a value throws its own error when it is converted to JSON',
    async () => {
      const toJSON = () => {
        throw new Error(`no JSON for ${PAYLOAD}`);
      };
      await use(full, url, (store) => store.set(KEY, { ...session(), cart: { toJSON } }).catch(note));
    },
  ],
  [
    'the documents are damaged',
    async () => {
      process.env.MONGODB_URL = url;
      const connection = plain.connection.connect();
      const documents = (await connection.collection()) as Collection;
      const store = storeOn(connection, plain);
      const _id = plain.store.hashKey(KEY);
      for (const data of [`{"secret":"${PAYLOAD}`, `${PAYLOAD}`, { secret: PAYLOAD }, [PAYLOAD]]) {
        await store.set(KEY, session());
        await documents.updateOne({ _id }, { $set: { data } });
        await store.get(KEY).catch(note);
        await store.load(KEY).catch(note);
      }
      await store.close();
    },
  ],
  [
    'the encryption key is gone',
    async () => {
      await use(full, url, (store) => store.set(KEY, session()));
      const options = { encryptionKeys: [randomBytes(32)] };
      for (const operate of operations) await use(full, url, (store) => operate(store).catch(note), options);
    },
  ],
  [
    'the secrets in the environment are invalid',
    async () => {
      for (const secrets of [PAYLOAD, `${PAYLOAD},${PAYLOAD}`, '']) {
        process.env.SESSION_ENCRYPTION_KEYS = secrets;
        await Promise.resolve()
          .then(() => full.index.sessions(new Koa()))
          .catch(note);
      }
    },
  ],
  [
    'two requests conflict',
    async () => {
      for (const modules of [full, throwing]) {
        await use(modules, url, async (store) => {
          const [one, other] = [{ ctx: {} }, { ctx: {} }];
          await store.set(KEY, session());
          await store.get(KEY, 0, one);
          await store.get(KEY, 0, other);
          await store.set(KEY, { ...session(), secret: `${PAYLOAD}1` }, 60_000, one);
          await store.set(KEY, { ...session(), secret: `${PAYLOAD}2` }, 60_000, other).catch(note);
        });
      }
    },
  ],
  [
    'the Mongoose connection was never opened',
    async () => {
      const { connection } = await loadGenerated({ ...PLAIN, connection: STYLES.mongoose });
      const opened = mongoose.createConnection();
      await storeOn(connection.connect(opened), full).get(KEY).catch(note);
      await opened.close();
    },
  ],
];

/** The results of all ways to inspect a value. */
function lookAt(value: unknown, depth = 0): string {
  const shown = [inspect(value, { depth: null, showHidden: true, getters: true }), String(value)];
  if (typeof value === 'object' && value !== null && depth < 4) {
    shown.push(JSON.stringify(value) ?? '');
    for (const name of Reflect.ownKeys(value)) shown.push(lookAt(Reflect.get(value, name), depth + 1));
  }
  return shown.join('\n');
}

describe('no key, user, payload or credential appears in an error, a warning, on the console or in a store', () => {
  test.each(sample(situations, 8))('when %s', async (_name, provoke) => {
    noted = [];
    const warnings: unknown[] = [];
    const written: string[] = [];
    const warn = (warning: unknown) => warnings.push(warning);
    const write = process.stderr.write;
    const print = process.stdout.write;
    const keep = ((text: string) => Boolean(written.push(String(text)))) as typeof write;
    process.on('warning', warn);
    process.stderr.write = keep;
    process.stdout.write = keep;
    try {
      await provoke();
    } finally {
      process.stderr.write = write;
      process.stdout.write = print;
      process.off('warning', warn);
    }
    const seen = [...noted, ...warnings, written].map((value) => lookAt(value)).join('\n');
    for (const secret of [KEY, USER, PAYLOAD, USERNAME, PASSWORD, APP_KEY, full.store.hashKey(KEY)]) {
      expect(seen).not.toContain(secret);
    }
    for (const error of noted) expect((error as Error).name).toMatch(/^(SessionStoreError|Error)$/);
  });

  test('when a store and its connection are inspected', async () => {
    process.env.MONGODB_URL = url;
    const connection = full.connection.connect();
    const store = storeOn(connection);
    onTestFinished(() => store.close());
    await store.set(KEY, session());
    const seen = lookAt([store, connection]);
    for (const secret of [
      KEY,
      PAYLOAD,
      USERNAME,
      PASSWORD,
      ENCRYPTION_KEY.toString('hex'),
      ENCRYPTION_KEY.toString('base64'),
    ]) {
      expect(seen).not.toContain(secret);
    }
  });
});
