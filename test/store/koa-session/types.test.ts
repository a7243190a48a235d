import { expect, test } from 'vitest';
import { COMPILED, compile } from '../../support/compile.ts';
import { goldenNamed } from '../../support/goldens.ts';
import { sample } from '../../support/sampling.ts';
import type { Tree } from '../../support/tree.ts';

const SESSION = `
import Koa from 'koa';
import { sessions } from './session/index.ts';
import { mountSession } from './session/mount.ts';

/** Its type is inferred: a declaration file has to name it. */
export const sessionOf = (ctx: Koa.Context) => ctx.session;

export function use(app: Koa): void {
  app.use(async (ctx) => {
    const views: number | undefined = ctx.session.views;
    ctx.session.views = (views ?? 0) + 1;
    // @ts-expect-error It is a number.
    ctx.session.views = 'one';
    // @ts-expect-error It is not a property of SessionData.
    ctx.session.unknown = 1;
    delete ctx.session.views;

    ctx.session.maxAge = 'session';
    ctx.session.maxAge = 60_000;
    // @ts-expect-error A lifetime is in ms.
    ctx.session.maxAge = '1h';
    const [isNew, key]: [boolean, string] = [ctx.session.isNew, ctx.session.externalKey];
    // @ts-expect-error koa-session sets it.
    ctx.session.isNew = !isNew;
    // @ts-expect-error A key is never chosen by the app.
    ctx.session.externalKey = key;
    await ctx.session.save();
    await ctx.session.regenerate();

    ctx.session = { views: 1 };
    // @ts-expect-error It is not a SessionData.
    ctx.session = { views: '1' };
    // @ts-expect-error It is not an object.
    ctx.session = 'views';
    ctx.session = null;
  });
}

export function mount(app: Koa): void {
  mountSession(app, { key: 'sid', maxAge: 60_000, rolling: true, prefix: 'a', valid: () => true });
  // @ts-expect-error \`mountSession\` has its own.
  mountSession(app, { key: 'sid', externalKey: { get: () => '', set: () => {} } });
  // @ts-expect-error \`mountSession\` has its own.
  mountSession(app, { key: 'sid', beforeSave: () => {} });
}

interface State { user?: { id: number } }
interface Extended extends Koa.DefaultContext { log(message: string): void }
interface Plain { log(message: string): void }

/** The arguments besides the app. */
export type Source = Parameters<typeof sessions> extends [unknown, ...infer Rest] ? Rest : never;

export function useTyped(extended: Koa<State, Extended>, plain: Koa<State, Plain>, source: Source): void {
  sessions(extended, ...source);
  sessions(plain, ...source);
  extended.use((ctx) => {
    ctx.session.views = 1;
    // @ts-expect-error It is not a property of SessionData.
    ctx.session.unknown = 1;
    ctx.session = null;
  });
  plain.use((ctx) => {
    ctx.session.views = 1;
    // @ts-expect-error It is not a property of SessionData.
    ctx.session.unknown = 1;
    ctx.session = null;
  });
}
`;

const STORE = `
  const payload: Record<string, unknown> | undefined = await store.load('key');
  const alive: number = await store.count();
  await store.ready();
  const closed: Promise<void> = store.close();
  // @ts-expect-error A key is a string.
  await store.load({ $gt: '' });
  return [payload, alive, closed];
`;

const ROWS: readonly { golden: string; usage: string }[] = [
  {
    golden: 'url',
    // The app is the only argument.
    usage: `${SESSION}
export async function open(app: Koa) {
  const store = sessions(app);
  // @ts-expect-error There are no arguments.
  sessions(app, {});
  // @ts-expect-error Without a user key, sessions cannot be listed by user.
  await store.listByUser('ann');
${STORE}}
`,
  },
  {
    golden: 'db',
    // A Db of the driver fits.
    usage: `${SESSION}
import { type Db, MongoClient } from 'mongodb';
export async function open(app: Koa, database: Db) {
  const store = sessions(app, database);
  sessions(app, new MongoClient('mongodb://127.0.0.1').db('app', { readPreference: 'secondary' }));
  // @ts-expect-error The database is missing.
  sessions(app);
  // @ts-expect-error A client is not a database.
  sessions(app, new MongoClient('mongodb://127.0.0.1'));
${STORE}}
`,
  },
  {
    golden: 'mongoose',
    // A connection of Mongoose fits.
    usage: `${SESSION}
import mongoose, { type Connection } from 'mongoose';
export async function open(app: Koa, connection: Connection) {
  const store = sessions(app, connection);
  sessions(app, mongoose.connection);
  sessions(app, mongoose.createConnection('mongodb://127.0.0.1/app'));
  sessions(app, mongoose.connection.useDb('other'));
  // @ts-expect-error The connection is missing.
  sessions(app);
${STORE}}
`,
  },
  {
    golden: 'user-key',
    // Users are listed and logged out.
    usage: `${SESSION}
export async function open(app: Koa) {
  const store = sessions(app);
  const [first] = await store.listByUser('ann', { current: 'key' });
  const since: Date | undefined = first?.createdAt;
  // @ts-expect-error No key is returned.
  const key = first?.key;
  await store.destroyByUser(7, { except: 'key' });
  // @ts-expect-error A query operator is not a user.
  await store.destroyByUser({ $ne: null });
  return [since, key];
}
`,
  },
];

const RELEASES = [
  { release: 'the newest packages', aliases: {} },
  { release: 'mongodb 6 and mongoose 8', aliases: { mongodb: 'mongodb6', mongoose: 'mongoose8' } },
];

test.each(sample(RELEASES, 1))(
  'the types accept correct code and reject wrong code, with $release',
  async ({ aliases }) => {
    const projects = ROWS.map(({ golden, usage }): [string, Tree] => [
      golden,
      { ...goldenNamed(golden).project, 'src/usage.ts': usage },
    ]);
    const tsconfig = {
      extends: './tsconfig.json',
      compilerOptions: { declaration: true, emitDeclarationOnly: true },
    };
    expect(await compile(Object.fromEntries(projects), { tsconfig, aliases })).toEqual(COMPILED);
  },
);
