// create-koa-mongo-session: migrate
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import mongoose from 'mongoose';
import { COLLECTION } from '../src/session/connection.ts';
import * as settings from '../src/session/index.ts';

const HELP = `Usage: migrate-sessions [prune] [options]

Gives the session collection the indexes that the store expects. Prints a plan, carries it out, and checks the
result.
prune: deletes expired sessions, for a database that does not do so by itself.

      --dry-run          stop after the plan
      --check            stop after the plan; exit code 3 if there is something to do
  -y, --yes              agree to everything that the plan would ask about
      --old-ttl <time>   change this lifetime of sessions (seconds, or 90m, 12h, 14d, 2w) to that of the settings
      --recreate         drop and create an index where collMod would change it: the role readWrite is enough then
      --shard            shard the collection on its hashed _id
  -h, --help

Exit codes: 0 done, 1 failed, 2 usage, 3 something to do (--check), 4 not agreed to, 6 database out of reach`;

/** TTL 0: each session ends at its own date, so that the index need never change. */
const TTL_INDEX: Index = { name: 'expiresAt_1', key: { expiresAt: 1 }, expireAfterSeconds: 0 };
const INDEXES = [TTL_INDEX];
const TEXT = { $type: 'string' };
/** The dates by which other stores end a session: a TTL index on one would end the sessions of this store, too. */
const OLD_DATES = ['updatedAt', 'expires', 'ttl', 'expiresAt'];
/** The fields that every session has. */
const FIELDS = ['_id', 'data', 'cookie', 'expiresAt', 'createdAt', 'updatedAt', 'version'];
/** koa-session has a session kept this much longer than its cookie; in ms. */
const GRACE = 10_000;
const BATCH_SIZE = 500;

/** The codes of NamespaceNotFound and IndexNotFound. */
const MISSING: readonly unknown[] = [26, 27];
/** By the code of an error. */
const HINTS: ReadonlyMap<unknown, string> = new Map([
  [59, 'The service does not know this command.'],
  [67, 'A service that has no TTL on such a date needs `prune`, run by a timer.'],
  [85, 'The indexes were changed since the plan was made, perhaps by a deploy: run this again.'],
  [86, 'The indexes were changed since the plan was made, perhaps by a deploy: run this again.'],
  [115, 'The service does not know this command.'],
]);

export type Document = Record<string, unknown>;

/** The part of the driver that is used: it fits every version, and the copy inside Mongoose. */
export interface Database {
  readonly databaseName: string;
  command(command: object): Promise<Document>;
  admin(): { command(command: object): Promise<Document> };
  collection(name: string): Collection;
}

export interface Collection {
  readonly collectionName: string;
  find(filter: object, options: object): { toArray(): Promise<Document[]> };
  countDocuments(filter: object): Promise<number>;
  deleteMany(filter: object): Promise<unknown>;
  bulkWrite(operations: readonly object[], options?: object): Promise<unknown>;
}

/** As the command listIndexes gives it. */
export interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly expireAfterSeconds?: number;
  readonly [option: string]: unknown;
}

/** A command of MongoDB, what it is for, and the privilege it takes: shown when the database refuses it. */
export interface Step {
  readonly what: string;
  readonly needs: string;
  readonly command: object;
}

export interface Action extends Step {
  /** Why it takes consent. */
  readonly asks?: string;
  /** One batch: how many documents it dealt with. It is run until there is none left. */
  run(): Promise<number>;
}

export interface Plan {
  readonly actions: readonly Action[];
  /** What was found and is left alone. */
  readonly notes: readonly string[];
}

/** An end that was foreseen; its message tells what to do. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

type Options = ReturnType<typeof readOptions>;

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    const { exitCode, message } = toFailure(error);
    process.stderr.write(`error: ${message}\n`);
    process.exitCode = exitCode;
  },
);

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) return print(HELP);
  if (existsSync('.env')) process.loadEnvFile();
  const { database, close } = await connect();
  try {
    return await migrate(database, options);
  } finally {
    await close();
  }
}

async function migrate(database: Database, options: Options): Promise<number> {
  const { actions, notes } = await makePlan(database, options);
  print(`${database.databaseName}.${COLLECTION}: ${actions.length > 0 ? 'to do' : 'nothing to do'}`);
  for (const { what, asks } of actions) print(`  - ${what}${asks ? `: ${asks}` : ''}`);
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  if (options.check && actions.length > 0) return 3;
  if (options.check || options.dryRun || actions.length === 0) return 0;
  await agree(actions, options.yes);
  for (const action of actions) await apply(action);
  const { actions: left } = await makePlan(database, options);
  if (left.length === 0) return print('done, and verified');
  throw new Failure(1, `another program is writing. Left: ${list(left)}`);
}

/** In an order that can be cut off anywhere: the next run takes up what is left. */
async function makePlan(database: Database, options: Options): Promise<Plan> {
  const collection = database.collection(COLLECTION);
  if (options.prune) return { actions: await planPruning(collection), notes: [] };
  const indexes = await listIndexes(database, COLLECTION);
  const { first, changes, last, notes } = planIndexes(indexes, options.recreate);
  const actions = [
    ...first.map((step) => toAction(database, step)),
    // A new TTL index would delete all of them in one go.
    ...(changes.length > 0 ? await planPruning(collection) : []),
    ...changes.map((step) => toAction(database, step)),
    ...(options.oldTtl === undefined ? [] : await planLifetimes(collection, options.oldTtl)),
    // Last: until the index that replaces them is there, these end sessions at all.
    ...last.map((step) => toAction(database, step, requireIndexes)),
    ...(options.shard ? await planSharding(database) : []),
  ];
  const remarks = options.oldTtl === undefined ? await otherLifetimes(collection) : [];
  return { actions, notes: [...notes, ...remarks] };
}

/**
 * Pure: it compares what is there with what is wanted, and relies on no error of the server, since versions differ in
 * what they take for the same index, for a conflict, or for one index more.
 */
function planIndexes(existing: readonly Index[], recreate: boolean) {
  const blocking = existing.filter(refusesSecondSession);
  const others = existing.filter((index) => !blocking.includes(index));
  const rivals = others.filter((index) => isTtl(index) && !INDEXES.some(({ key }) => isSame(key, index.key)));
  return {
    first: blocking.map((index) => dropStep(index, 'it allows only one session')),
    changes: INDEXES.flatMap((wanted) => planIndex(wanted, others, recreate)),
    last: rivals.filter(isOldTtl).map((index) => dropStep(index, 'it would end sessions before their time')),
    notes: rivals
      .filter((index) => !isOldTtl(index))
      .map((index) => `the TTL index ${describe(index)} does not belong to the store: it is left alone`),
  };
}

function planIndex(wanted: Index, existing: readonly Index[], recreate: boolean): Step[] {
  const sameKey = existing.filter(({ key }) => isSame(key, wanted.key));
  const alike = sameKey.filter((index) => isAlike(index, wanted) && isTtl(index) === isTtl(wanted));
  const exact = alike.find(({ expireAfterSeconds }) => expireAfterSeconds === wanted.expireAfterSeconds);
  const stays = exact ?? (recreate ? undefined : alike[0]);
  if (stays) {
    const rivals = sameKey.filter((index) => index !== stays && isTtl(index));
    const drops = rivals.map((index) => dropStep(index, 'one with this key is enough'));
    return exact ? drops : [changeStep(stays, wanted), ...drops];
  }
  // First: it depends on the version whether two indexes with one key may stand side by side.
  const drops = sameKey.map((index) => dropStep(index, 'its options are not those wanted'));
  const others = existing.filter((index) => !sameKey.includes(index));
  return [...drops, createStep({ ...wanted, name: freeName(wanted.name, others) })];
}

function createStep(index: Index): Step {
  const command = { createIndexes: COLLECTION, indexes: [index] };
  return { what: `create index ${describe(index)}`, needs: 'createIndex (in the role readWrite)', command };
}

function dropStep(index: Index, reason: string): Step {
  const command = { dropIndexes: COLLECTION, index: index.name };
  const what = `drop index ${describe(index)}: ${reason}`;
  return { what, needs: 'dropIndex (in the role readWrite)', command };
}

function changeStep(index: Index, { expireAfterSeconds }: Index): Step {
  const command = { collMod: COLLECTION, index: { name: index.name, expireAfterSeconds } };
  const needs = 'collMod (in the role dbAdmin)';
  return { what: `change the TTL of index ${describe(index)} to ${expireAfterSeconds} s`, needs, command };
}

async function listIndexes(database: Database, collection: string): Promise<Index[]> {
  const none: Document = { cursor: { firstBatch: [] } };
  const { cursor } = await database.command({ listIndexes: collection }).catch(unlessMissing(none));
  return (cursor as { firstBatch: Index[] }).firstBatch;
}

async function requireIndexes(database: Database): Promise<void> {
  const { changes } = planIndexes(await listIndexes(database, COLLECTION), false);
  if (changes.length > 0) throw new Error('the indexes that replace it are not there');
}

async function planPruning(collection: Collection): Promise<Action[]> {
  const filter = { expiresAt: { $lt: new Date() } };
  const count = await collection.countDocuments(filter);
  if (count === 0) return [];
  return [
    {
      what: `delete sessions that are over (${count})`,
      needs: 'find and remove (in the role readWrite)',
      command: { delete: COLLECTION, deletes: [{ q: filter, limit: 0 }] },
      async run() {
        const ids = await firstIds(collection, filter);
        if (ids.length > 0) await collection.deleteMany({ ...filter, _id: { $in: ids } });
        return ids.length;
      },
    },
  ];
}

/** koa-session goes on with the lifetime that a session began with, whatever the settings say by now. */
async function planLifetimes(collection: Collection, oldTtl: number): Promise<Action[]> {
  const { TTL } = settings;
  const now = Date.now();
  const age = { $subtract: ['$expiresAt', '$updatedAt'] };
  const untimed = { 'cookie._maxAge': { $exists: false }, $expr: { $eq: [age, oldTtl] } };
  const ours = { _id: TEXT, expiresAt: { $gt: new Date(now) } };
  const filter = { ...ours, $or: [{ 'cookie._maxAge': oldTtl }, untimed] };
  const count = await collection.countDocuments(filter);
  if (count === 0) return [];
  const over = await collection.countDocuments({ ...filter, updatedAt: { $lte: new Date(now - TTL) } });
  const isTimed = { $eq: ['$cookie._maxAge', oldTtl] };
  const timed = { _maxAge: TTL, _expire: { $add: [{ $toDouble: '$updatedAt' }, TTL] } };
  const end = { $add: ['$updatedAt', { $cond: [isTimed, TTL + GRACE, TTL] }] };
  const expiresAt = end;
  const cookie = { $cond: [isTimed, { $mergeObjects: ['$cookie', timed] }, '$cookie'] };
  const update = [{ $set: { expiresAt, cookie } }];
  const change = ({ _id }: Document) => [{ updateOne: { filter: { ...filter, _id }, update } }];
  return [
    {
      what: `change the lifetime of sessions from ${oldTtl / 1000} s to ${TTL / 1000} s (${count})`,
      asks: `${over} of them end at once`,
      needs: 'update (in the role readWrite)',
      command: { update: COLLECTION, updates: [{ q: filter, u: update, multi: true }] },
      run: inBatches(collection, filter, { _id: 1 }, change),
    },
  ];
}

/** In a sample, for there is no index on lifetimes: the oldest sessions come first. */
async function otherLifetimes(collection: Collection): Promise<string[]> {
  const options = { projection: { 'cookie._maxAge': 1 }, limit: BATCH_SIZE };
  const sample = await collection.find({ 'cookie._maxAge': { $gt: 0 } }, options).toArray();
  const lifetimes = new Set(sample.map(({ cookie }) => (cookie as { _maxAge: number })._maxAge));
  return [...lifetimes]
    .filter((lifetime) => lifetime !== settings.TTL)
    .map((lifetime) => `some sessions have a lifetime of ${lifetime / 1000} s: --old-ttl would change that`);
}

/** In one pass, which ends whatever the app writes meanwhile. */
function inBatches(
  collection: Collection,
  filter: object,
  projection: object,
  toUpdates: (document: Document) => object[],
) {
  let last = '';
  return async () => {
    const next = { ...filter, _id: { $gt: last } };
    const options = { projection, sort: { _id: 1 }, limit: BATCH_SIZE };
    const documents = await collection.find(next, options).toArray();
    const { _id }: Document = documents.at(-1) ?? {};
    last = String(_id);
    const updates = documents.flatMap(toUpdates);
    if (updates.length > 0) await collection.bulkWrite(updates, { ordered: false });
    return documents.length;
  };
}

async function planSharding(database: Database): Promise<Action[]> {
  const { msg } = await database.command({ hello: 1 });
  if (msg !== 'isdbgrid') throw new Failure(2, '--shard takes a sharded cluster, reached by a mongos of it');
  if (await isSharded(database)) return [];
  const { databaseName } = database;
  const command = { shardCollection: `${databaseName}.${COLLECTION}`, key: { _id: 'hashed' } };
  return [
    toAction(database, createStep({ name: '_id_hashed', key: { _id: 'hashed' } })),
    {
      what: 'shard the collection on its hashed _id',
      asks: 'it cannot simply be undone',
      needs: 'enableSharding (in the role clusterManager)',
      command,
      async run() {
        await database.admin().command({ enableSharding: databaseName }); // needed before MongoDB 6
        await database.admin().command(command);
        return 0;
      },
    },
  ];
}

async function isSharded(database: Database): Promise<boolean> {
  const { sharded } = await database.command({ collStats: COLLECTION }).catch(unlessMissing({}));
  return sharded === true;
}

function toAction(database: Database, step: Step, check = async (_database: Database) => {}): Action {
  return {
    ...step,
    async run() {
      await check(database);
      await database.command(step.command).catch(unlessMissing({}));
      return 0;
    },
  };
}

async function apply(action: Action): Promise<void> {
  const { isTTY } = process.stderr;
  try {
    let done = 0;
    for (let count = await action.run(); count > 0; count = await action.run()) {
      done += count;
      if (isTTY) process.stderr.write(`\r${done} done`);
    }
  } catch (error) {
    throw error instanceof Failure || isUnreachable(error) ? error : refused(action, error);
  } finally {
    if (isTTY) process.stderr.write('\r\x1b[K');
  }
  print(`done: ${action.what}`);
}

async function agree(actions: readonly Action[], yes: boolean): Promise<void> {
  const doubtful = actions.filter(({ asks }) => asks);
  if (yes || doubtful.length === 0) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Failure(4, `nothing was changed, since --yes is needed for this: ${list(doubtful)}`);
  }
  if (!(await confirm('Go on? [y/N] '))) throw new Failure(4, 'nothing was changed');
}

/** Only `y` or `yes` is consent: neither Enter nor the end of the input. */
function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    terminal.once('close', () => resolve(false));
    terminal.question(question, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}

/** The app hands its own connection to `sessions`; this script opens the database that MONGODB_URL names. */
async function openDatabase() {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: name your MongoDB in .env, as .env.example shows.');
  const connection = await mongoose.createConnection(url, { serverSelectionTimeoutMS: 5000 }).asPromise();
  if (!connection.db) throw new Error('Mongoose opened no database.');
  return { database: connection.db, close: () => connection.close() };
}

async function connect() {
  const { database, close } = await openDatabase().catch(refuseUrl);
  try {
    await database.command({ ping: 1 });
    return { database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The driver's own message may quote the URL, and credentials with it. */
function refuseUrl(error: unknown): never {
  if (isUnreachable(error)) throw error;
  const { name, message } = Object(error);
  const isOurs = name === 'Error';
  throw new Failure(2, isOurs ? message : 'MONGODB_URL is not a connection string that the driver accepts');
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        'old-ttl': { type: 'string' },
        recreate: { type: 'boolean', default: false },
        shard: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [command, ...more] = positionals;
    if ((command !== undefined && command !== 'prune') || more.length > 0) {
      throw new Error(`unknown argument ${positionals.find((word) => word !== 'prune') ?? 'prune'}`);
    }
    const prune = command === 'prune';
    const { 'dry-run': dryRun, 'old-ttl': oldTtl, recreate, shard } = values;
    if (prune && (oldTtl || recreate || shard)) {
      throw new Error('prune goes with --dry-run and --check only');
    }
    return { ...values, prune, dryRun, oldTtl: oldTtl === undefined ? undefined : readDuration(oldTtl) };
  } catch (error) {
    throw new Failure(2, `${messageOf(error)} (--help tells more)`);
  }
}

/** In ms. */
function readDuration(text: string): number {
  const [, count, unit = 's'] = /^([1-9]\d*)([smhdw]?)$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit || 's'];
  if (!count || !seconds) throw new Error(`--old-ttl ${text}: give seconds, or a number with m, h, d or w`);
  const duration = Number(count) * seconds * 1000;
  if (duration === settings.TTL) throw new Error(`--old-ttl ${text}: this is the present lifetime`);
  return duration;
}

async function firstIds(collection: Collection, filter: object): Promise<unknown[]> {
  const documents = await collection.find(filter, { projection: { _id: 1 }, limit: BATCH_SIZE }).toArray();
  return documents.map(({ _id }) => _id);
}

function isTtl({ expireAfterSeconds }: Index): boolean {
  return expireAfterSeconds !== undefined;
}

function isOldTtl({ key }: Index): boolean {
  return OLD_DATES.includes(Object.keys(key).join());
}

/** A unique index on what sessions of this store have not: to MongoDB they are all the same there. */
function refusesSecondSession({ key, unique, sparse, partialFilterExpression }: Index): boolean {
  if (unique !== true || sparse || partialFilterExpression) return false;
  return Object.keys(key).every((field) => !FIELDS.includes(field));
}

/** In all but name and TTL. An option that is off is as good as none. */
function isAlike(one: Index, other: Index): boolean {
  return isSame(optionsOf(one), optionsOf(other));
}

function optionsOf(index: Index) {
  const ignored = ['v', 'ns', 'name', 'background', 'expireAfterSeconds'];
  const options = Object.entries(index).filter(([name, value]) => !ignored.includes(name) && value !== false);
  return options.sort(([one], [other]) => (one < other ? -1 : 1));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function freeName(name: string, taken: readonly Index[]): string {
  return taken.some((index) => index.name === name) ? freeName(`${name}_`, taken) : name;
}

function describe({ name, key, expireAfterSeconds }: Index): string {
  const ttl = expireAfterSeconds === undefined ? '' : `, TTL ${expireAfterSeconds} s`;
  return `${name} (${JSON.stringify(key)}${ttl})`;
}

function list(actions: readonly Action[]): string {
  return actions.map(({ what, asks }) => (asks ? `${what} (${asks})` : what)).join('; ');
}

function print(line: string): 0 {
  process.stdout.write(`${line}\n`);
  return 0;
}

function refused({ what, needs, command }: Action, error: unknown): Failure {
  const code = codeOf(error);
  const lines = [
    `could not ${what}: ${code === 13 ? `it needs the privilege ${needs}` : messageOf(error)}`,
    HINTS.get(code),
    'collMod' in command ? 'With --recreate, no collMod is needed.' : undefined,
    `It would have run: ${JSON.stringify(command)}`,
  ];
  return new Failure(1, lines.filter((line) => line !== undefined).join('\n'));
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isUnreachable(error)) return new Failure(6, `the database is out of reach: ${messageOf(error)}`);
  if (codeOf(error) === 13) return new Failure(1, 'a plan needs find and listIndexes (in the role read)');
  return new Failure(1, messageOf(error));
}

/** By name and code: a project may hold two copies of the driver. A bulk write wraps what befell it. */
function isUnreachable(error: unknown): boolean {
  const { name, syscall, errorResponse } = Object(error);
  const isOffline = /ServerSelection|Network|PoolCleared|Topology|NotConnected/;
  return isOffline.test(`${name} ${errorResponse?.name}`) || syscall !== undefined || codeOf(error) === 18;
}

/** For `catch`: a collection that is not there yet has nothing in it, and no index has to be dropped twice. */
function unlessMissing(nothing: Document): (error: unknown) => Document {
  return (error) => {
    if (MISSING.includes(codeOf(error))) return nothing;
    throw error;
  };
}

function codeOf(error: unknown): unknown {
  return Object(error).code;
}

/** Without what may follow in a duplicate key error: the key. */
function messageOf(error: unknown): string {
  return String(Object(error).message).replace(/ dup key:.*/s, '');
}
