import { createRequire } from 'node:module';
import Koa, { type Context, type Middleware } from 'koa';
import type { Db } from 'mongodb';
import { onTestFinished } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { listen } from '../support/listen.ts';
import { LegacyDb } from './legacy-driver.ts';

const require = createRequire(import.meta.url);
const { wrap } = createRequire(require.resolve('koa1'))('co');

/** The keys with which the old app signs its cookies. */
export const OLD_KEYS = ['the key of the old app', 'an older one'];

export interface SessionContext {
  get session(): Record<string, unknown>;
  set session(session: null);
}

/** Handles the requests to a path, and returns the page. */
export const ROUTES: Readonly<Record<string, (ctx: SessionContext) => unknown>> = {
  '/': ({ session }) => session,
  '/login': ({ session }) => Object.assign(session, { userId: 7, cart: [{ 'a.b': '$1' }] }),
  '/view': ({ session }) => {
    session.views = Number(session.views ?? 0) + 1;
    return session;
  },
  '/logout': (ctx) => {
    ctx.session = null;
  },
};

/** An app with one of the old stores and the middleware that it was written for. */
export interface OldApp {
  readonly name: string;
  readonly cookie: string;
  /** Whether the middleware deletes the cookie of an unknown session. */
  readonly resetsUnknown?: true;
  /** The options of the generator for this store. */
  readonly settings: Pick<Settings, 'adopt' | 'cookieName'>;
  /** Serves `ROUTES` with sessions in the collection `sessions`, and returns the origin. */
  start(database: OldDatabase): Promise<string>;
}

interface OldDatabase {
  readonly db: Db;
  readonly url: string;
}

/** Lifetime of sessions, in seconds: a day. */
export const LIFETIME = 24 * 60 * 60;
const cookie = { maxAge: LIFETIME * 1000 };

export const OLD_APPS: readonly OldApp[] = [
  {
    name: 'koa-session-mongo under koa-session-store',
    cookie: 'koa:sess',
    settings: { adopt: { store: 'koa-session-mongo', collection: 'sessions' }, cookieName: 'koa:sess' },
    start: ({ db }) =>
      startKoa1(
        require('koa-session-store')({
          store: require('koa-session-mongo').create({ db: new LegacyDb(db), expirationTime: LIFETIME }),
        }),
      ),
  },
  {
    name: 'koa-session-mongoose 1 under koa-session-store',
    cookie: 'koa:sess',
    settings: { adopt: { store: 'koa-session-mongoose@1', collection: 'sessions' }, cookieName: 'koa:sess' },
    start: async (database) =>
      startKoa1(require('koa-session-store')({ store: await mongooseStore('1', database), cookie })),
  },
  {
    name: 'koa-session-mongoose 1 under koa-generic-session 1',
    cookie: 'koa.sid',
    resetsUnknown: true,
    settings: { adopt: { store: 'koa-session-mongoose@1', collection: 'sessions' }, cookieName: 'koa.sid' },
    start: async (database) =>
      startKoa1(require('koa-generic-session1')({ store: await mongooseStore('1', database), cookie })),
  },
  {
    name: 'koa-session-mongoose 2 under koa-session 5',
    cookie: 'koa:sess',
    settings: { adopt: { store: 'koa-session-mongoose', collection: 'sessions' }, cookieName: 'koa:sess' },
    start: async (database) => startKoaSession('koa-session5', await mongooseStore('2', database)),
  },
  {
    name: 'koa-session-mongoose 3 under koa-session 6',
    cookie: 'koa.sess',
    settings: { adopt: { store: 'koa-session-mongoose', collection: 'sessions' }, cookieName: 'koa.sess' },
    start: async (database) => startKoaSession('koa-session6', await mongooseStore('3', database)),
  },
  {
    name: 'koa-generic-session-mongo under koa-generic-session 1',
    cookie: 'koa.sid',
    resetsUnknown: true,
    settings: {
      adopt: { store: 'koa-generic-session-mongo', collection: 'sessions' },
      cookieName: 'koa.sid',
    },
    start: async ({ db }) => startKoa1(require('koa-generic-session1')({ store: await genericStore(db) })),
  },
  {
    name: 'koa-generic-session-mongo under koa-generic-session 2',
    cookie: 'koa.sid',
    resetsUnknown: true,
    settings: {
      adopt: { store: 'koa-generic-session-mongo', collection: 'sessions' },
      cookieName: 'koa.sid',
    },
    start: async ({ db }) =>
      startKoa(require('koa-generic-session')({ store: asAsync(await genericStore(db)) })),
  },
];

/** From the time when middleware was a generator function. */
function startKoa1(sessions: unknown): Promise<string> {
  const app = require('koa1')();
  app.keys = OLD_KEYS;
  app.use(sessions);
  app.use(function* (this: Context, next: unknown) {
    yield next;
    this.body = JSON.stringify(ROUTES[this.path]?.(this as never) ?? null);
  });
  return listen(app);
}

function startKoa(sessions: Middleware, app = new Koa()): Promise<string> {
  app.keys = OLD_KEYS;
  app.use(sessions);
  app.use((ctx) => {
    ctx.body = JSON.stringify(ROUTES[ctx.path]?.(ctx as never) ?? null);
  });
  return listen(app);
}

function startKoaSession(release: 'koa-session5' | 'koa-session6', store: unknown): Promise<string> {
  const app = new Koa();
  return startKoa(require(release)({ store, maxAge: LIFETIME * 1000 }, app), app);
}

/** Each with the Mongoose version that it was written for, or the next one that works with current servers. */
async function mongooseStore(major: '1' | '2' | '3', { url }: OldDatabase): Promise<object> {
  const name = `koa-session-mongoose${major}`;
  const { Mongoose } = createRequire(require.resolve(name))('mongoose');
  const mongoose = new Mongoose();
  if (mongoose.version.startsWith('5.')) {
    await mongoose.connect(url, { useNewUrlParser: true, useUnifiedTopology: true, useCreateIndex: true });
  } else await mongoose.connect(url);
  onTestFinished(() => mongoose.disconnect());
  const store = new (require(name))({ connection: mongoose, expires: LIFETIME });
  await (store.session ?? store.Session).init();
  return store;
}

/**
 * The store creates two indexes at the same time. If both have to create the collection, too, one of them is repeated
 * after a conflict, in which mongod 7.0.15 under Wine crashes.
 */
async function genericStore(db: Db): Promise<Record<string, () => Generator>> {
  const exists = await db.listCollections({ name: 'sessions' }).hasNext();
  if (!exists) await db.createCollection('sessions');
  return new (require('koa-generic-session-mongo'))({ db: new LegacyDb(db) });
}

/** koa-generic-session 2 awaits promises; the store expects `yield`. */
function asAsync(store: Record<string, () => Generator>): object {
  const names = ['get', 'set', 'destroy'];
  return Object.fromEntries(names.map((name) => [name, wrap(store[name]?.bind(store))]));
}
