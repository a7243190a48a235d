import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { type Binary, type Collection, MongoClient } from 'mongodb';
import { ConnectionString } from 'mongodb-connection-string-url';
import { MongoClient as MongoClient6 } from 'mongodb6';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { Settings } from '../../../src/core/answers/settings.ts';
import {
  type GeneratedModules,
  type GeneratedStore,
  loadGenerated,
  type StoreOptions,
} from '../../support/generated.ts';
import { useDatabase } from '../../support/mongo/index.ts';
import { monitor, type SentCommand, takeCommands } from '../../support/monitored/log.ts';
import type { Harness } from './harness.ts';

/** Its types describe the module `mongoose`, not one with this name. */
const mongoose8: typeof mongoose = createRequire(import.meta.url)('mongoose8');

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Options of the stores. A variant uses those that it has. */
export const TTL = HOUR;
export const ABSOLUTE_TTL = 10 * HOUR;
export const TOUCH_AFTER = MINUTE;
export const USER_KEY = 'userId';

export type Payload = Record<string, unknown>;

/** A stored document of any variant. */
export interface StoredDocument {
  _id: string;
  data: string | Binary;
  cookie: Payload;
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
  version: number;
  user?: string;
}

/** The environment for the tests of one variant: its own collection, empty at the start of each test. */
export interface World {
  readonly settings: Settings;
  readonly modules: GeneratedModules;
  /** The arguments of `connect()` and `sessions()`: the database of the app, if the style has one. */
  readonly source: unknown;
  readonly encryptionKeys: [Buffer, ...Buffer[]];
  /** The options of the stores. */
  readonly options: StoreOptions;
  /** The collection, without the store. */
  readonly documents: Collection<StoredDocument>;
  /** Creates a store of the variant. All share a connection, since to open one takes longer than most tests. */
  open(options?: Partial<StoreOptions>): GeneratedStore;
  /** Creates a store with a connection of its own, which is closed after the test. */
  openAlone(): GeneratedStore;
  /** The only document. Throws if there are more or none. */
  onlyDocument(): Promise<StoredDocument>;
  /** Runs a function, and returns the commands that it sends. */
  sentBy(work: () => Promise<unknown>): Promise<SentCommand[]>;
}

export const newKey = () => randomBytes(32).toString('base64url');

/** Sets the clock of this process forward; the database has its own. */
export function wait(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** A request with one of its keys: it gets another one after `regenerate()`. */
interface Request {
  get(): Promise<Payload | undefined>;
  set(payload: Payload, maxAge?: unknown): Promise<void>;
  /** Like `regenerate()`: destroys the old key while there is a session; a new key follows. */
  leave(): Promise<void>;
  under(key: string): Request;
}

/** One request of koa-session: each call gets its `ctx`. */
export function request(store: GeneratedStore, key: string, ctx = {}): Request {
  return {
    get: () => store.get(key, TTL, { ctx }),
    set: (payload, maxAge = TTL) => store.set(key, payload, maxAge, { ctx }),
    leave: () => store.destroy(key, { ctx: Object.assign(ctx, { session: {} }) }),
    under: (other) => request(store, other, ctx),
  };
}

/** A request that has loaded its session. */
export async function requestOf(store: GeneratedStore, key: string) {
  const started = request(store, key);
  await started.get();
  return started;
}

/** Stores a new session, and returns its key. */
export async function newSession(store: GeneratedStore, payload: Payload = {}, maxAge: unknown = TTL) {
  const key = newKey();
  await request(store, key).set(payload, maxAge);
  return key;
}

export async function listOf(store: GeneratedStore) {
  const found = [];
  for await (const session of store.list()) found.push(session);
  return found;
}

/** Runs a function, and returns its error. Throws if it succeeds. */
export async function failureOf(work: Promise<unknown>): Promise<Error & { code?: unknown }> {
  return work.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error) => error,
  );
}

/** Call it in a `describe`: returns the environment for the tests in it. */
export function useWorld({ style, settings, packages }: Harness): World {
  const { url } = useDatabase();
  const client = new MongoClient(url);
  const documents = client.db().collection<StoredDocument>(settings.collection);
  const encryptionKeys: World['encryptionKeys'] = [randomBytes(32)];
  const options: StoreOptions = {
    ttl: TTL,
    ...(settings.absoluteTtl && { absoluteTtl: ABSOLUTE_TTL }),
    ...(settings.touchAfter && { touchAfter: TOUCH_AFTER }),
    ...(settings.userKey && { userKey: USER_KEY }),
    ...(settings.encrypt && { encryptionKeys }),
  };
  let modules: GeneratedModules | undefined;
  let source: Source | undefined;
  let shared: ReturnType<GeneratedModules['connection']['connect']> | undefined;
  const opened: GeneratedStore[] = [];

  const loaded = () => {
    if (!modules) throw new Error('The world begins with the tests.');
    return modules;
  };

  beforeAll(async () => {
    modules = await loadGenerated(nameServer(settings, url), packages);
    source = await openSource(style, url, packages);
  });
  beforeEach(async () => {
    await documents.deleteMany({});
    // The clock stands still unless a test moves it.
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  afterAll(async () => {
    await shared?.close();
    await source?.close();
    await client.close();
  });

  return {
    settings,
    documents,
    encryptionKeys,
    options,
    get source() {
      return source?.value;
    },
    get modules() {
      return loaded();
    },
    open(others = {}) {
      const { connection, sessions } = loaded();
      shared ??= connection.connect(source?.value);
      return new sessions.Sessions(shared, { ...options, ...others });
    },
    openAlone() {
      const { connection, sessions } = loaded();
      const one = new sessions.Sessions(connection.connect(source?.value), options);
      opened.push(one);
      return one;
    },
    async onlyDocument() {
      const [document, ...others] = await documents.find().toArray();
      if (document && others.length === 0) return document;
      throw new Error(`There are ${others.length + (document ? 1 : 0)} documents.`);
    },
    async sentBy(work) {
      takeCommands();
      await work();
      return takeCommands();
    },
  };
}

/** The connection that the app opens itself, and passes to the generated module. */
interface Source {
  readonly value: unknown;
  close(): Promise<unknown>;
}

export async function openSource(
  style: Harness['style'],
  url: string,
  packages: Harness['packages'],
): Promise<Source> {
  if (style === 'db')
    return openDatabase(packages.mongodb?.endsWith('6.ts') ? MongoClient6 : MongoClient, url);
  if (style === 'mongoose')
    return openConnection(packages.mongoose === 'mongoose8' ? mongoose8 : mongoose, url);
  process.env.MONGODB_URL = url;
  process.env.MONGODB_PASSWORD = decodeURIComponent(new ConnectionString(url).password);
  return { value: undefined, close: async () => {} };
}

function openDatabase(Client: typeof MongoClient | typeof MongoClient6, url: string): Source {
  const client = new Client(url, { monitorCommands: true });
  monitor(client);
  return { value: client.db(), close: () => client.close() };
}

async function openConnection(release: typeof mongoose, url: string): Promise<Source> {
  const connection = await release.createConnection(url, { monitorCommands: true }).asPromise();
  monitor(connection.getClient());
  return { value: connection, close: () => connection.close() };
}

/** The style `host` has its server in the generated code. */
function nameServer(settings: Settings, url: string): Settings {
  if (settings.connection.style !== 'host') return settings;
  const { hosts, pathname, username, searchParams } = new ConnectionString(url);
  const [host = '', port = '27017'] = hosts[0]?.split(':') ?? [];
  const authSource = searchParams.get('authSource') ?? 'admin';
  const login = username ? { username: decodeURIComponent(username), authSource } : undefined;
  const database = decodeURIComponent(pathname.slice(1));
  return { ...settings, connection: { ...settings.connection, host, port: Number(port), database, login } };
}
