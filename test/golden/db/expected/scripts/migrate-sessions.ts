// create-koa-mongo-session: migrate
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { COLLECTION } from '../src/session/connection.ts';
import * as settings from '../src/session/index.ts';
import type { SessionDocument } from '../src/session/types.ts';
import { describe, type Index, PRUNE_INDEX, planIndexes } from './session-indexes.ts';

const HELP = `Usage: migrate-sessions [prune] [options]

Gives the session collection the indexes that the store expects: shows a plan, carries it out, checks the result.
prune: deletes the sessions that are over, where the database does not do so by itself.

      --dry-run            stop after the plan
      --check              stop after the plan; exit code 3 if there is something to do
  -y, --yes                agree to what the plan asks
      --from <collection>  copy the sessions that this store has there, and that are alive
      --old-ttl <seconds>  give the sessions of this lifetime that of the settings
  -h, --help

Exit codes: 0 done, 1 failed, 2 usage, 3 something to do (--check), 4 refused, 6 database out of reach`;

type Database = Awaited<ReturnType<typeof openDatabase>>['database'];
type Sessions = ReturnType<typeof sessionsIn>;
type Options = ReturnType<typeof readOptions>;

/** `copiedAt` is the `updatedAt` of the state that was copied. */
type Session = SessionDocument & { copiedAt?: Date };
type Write = (batch: Session[]) => Promise<unknown>;

/** As far as it decides whether sessions can be kept there. */
interface CollectionOptions {
  readonly capped?: boolean;
  readonly validator?: object;
  readonly validationAction?: string;
}

interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly code?: number;
  readonly syscall?: string;
  readonly exitCode?: number;
  readonly errorResponse?: { readonly name?: string };
}

interface Action {
  readonly what: string;
  /** Why it takes consent. */
  readonly asks?: string | undefined;
  readonly run: () => Promise<unknown>;
}

/** A type is met by an array of it, too. */
const is = (...types: string[]): object => ({ $type: types, $not: { $type: 'array' } });
const DATES = { expiresAt: is('date'), createdAt: is('date'), updatedAt: is('date') };
/** What sessions of this store are known by: nothing else is changed or deleted. */
const OURS: object = { _id: is('string'), data: is('string', 'binData'), version: is('number'), ...DATES };
/** What the store notes down when it takes over sessions of another one. */
const NOTES = { _id: /^(adopted|ended)\b/, until: is('date'), expiresAt: is('date') };
const alive = (): object => ({ ...OURS, expiresAt: { ...DATES.expiresAt, $gt: new Date() } });
/** koa-session has a session kept this much longer than its cookie; in ms. */
const GRACE = 10_000;
/** How often the script goes after what apps have written in the meantime. */
const ROUNDS = 5;
/** No collection, no index; a view; no document found in time. */
const ABSENT = [26, 27, 166, 50];
const FORBIDDEN = [13];
/** What a service answers that does not know a command or an option, such as a TTL. */
const UNSUPPORTED = [2, 9, 59, 67, 72, 115, 238, 303, 40415];
/** A login that fails; a primary that steps down, shuts down or has no majority. */
const UNREACHABLE = [18, 43, 64, 89, 91, 100, 189, 237, 10107, 11600, 11602, 13435, 13436];
const LACKS_PRIVILEGE = 'the database user lacks a privilege: readWrite has all, the guide shows fewer';

/** What is going on, and with how many sessions it is done: told every few seconds. */
const progress = { step: 'connecting', done: 0 };

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

async function main(args: string[]): Promise<number> {
  const timer = setInterval(() => console.error(`${progress.step}: ${progress.done || '…'}`), 5000);
  try {
    const options = readOptions(args);
    if (options.help) console.log(HELP);
    return options.help ? 0 : await migrate(options);
  } catch (error) {
    console.error(`error: ${messageOf(error)}`);
    if (isUnreachable(error)) console.error('Once the database has a primary and a majority, run it again.');
    return exitCodeOf(error);
  } finally {
    clearInterval(timer);
  }
}

/** Plan, show, agree, apply, verify. */
async function migrate(options: Options): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile();
  const { database, close } = await openDatabase().catch(refuseUrl);
  try {
    let plan = await makePlan(database, options);
    const hasWork = plan.actions.length > 0;
    console.log(`${database.databaseName}.${COLLECTION}: ${hasWork ? 'to do' : 'nothing to do'}`);
    for (const { what, asks } of plan.actions) console.log(`  - ${what}${asks ? `: ${asks}` : ''}`);
    if (options.check || options.dryRun) return options.check && hasWork ? 3 : 0;
    for (let round = 1; plan.actions.length > 0; round += 1) {
      agree(plan.actions, options, round);
      for (const action of plan.actions) await apply(action);
      plan = await makePlan(database, options);
    }
    for (const index of plan.present) await awaitIndex(sessionsIn(database, COLLECTION), index);
    if (hasWork) console.log('done, and verified');
    return 0;
  } finally {
    await close();
  }
}

/** In an order that can be cut off anywhere: the next run takes up what is left. */
async function makePlan(database: Database, options: Options) {
  begin('looking at the sessions');
  const sessions = sessionsIn(database, COLLECTION);
  if (options.prune) return { actions: await planPruning(sessions), present: [] };
  const indexes = await sessions.indexes().catch(ifCode(ABSENT, (): never[] => []));
  const { present, drop, create, refusals } = planIndexes(indexes as Index[]);
  // To make an index, MongoDB reads all of them, too.
  const foreign = await findForeign(sessions, create.length > 0);
  const reasons = [...(await refusalsOfKind(database)), ...refusals, ...foreign];
  if (reasons.length > 0) throw failure(4, refusal(reasons));
  const hasNoTtl = present.some(({ name }) => name === PRUNE_INDEX.name);
  if (hasNoTtl) console.error('note: the database has no TTL on a date: let a timer run `prune` every hour');
  const actions: Action[] = [
    // A new TTL index would delete all of them at once.
    ...(create.length > 0 ? await planPruning(sessions) : []),
    ...drop.map((index) => ({
      what: `drop index ${describe(index)}, whose options are not those wanted`,
      run: () => sessions.dropIndex(index.name).catch(ifCode(ABSENT, () => {})),
    })),
    ...create.map((index) => ({
      what: `create index ${describe(index)}`,
      run: () => createIndex(sessions, index),
    })),
    ...(options.from === undefined ? [] : await planCopy(sessionsIn(database, options.from), sessions)),
    ...(options.oldTtl === undefined ? [] : await planLifetimes(sessions, options.oldTtl)),
  ];
  return { actions, present };
}

/** Read from the primary, for a secondary may lag behind. */
function sessionsIn(database: Database, name: string) {
  const writeConcern = { w: 'majority', wtimeoutMS: 10_000 } as const;
  const options = { readPreference: 'primary', promoteBuffers: true, writeConcern } as const;
  return database.collection<Session>(name, options);
}

/** Why the collection is none for sessions, whatever is in it. */
async function refusalsOfKind(database: Database): Promise<string[]> {
  const [found] = await database.listCollections({ name: COLLECTION }).toArray();
  const { options = {} } = Object(found) as { options?: CollectionOptions };
  const { capped, validator, validationAction } = options;
  if (found?.type === 'view') return ['it is a view: nothing can be stored in it'];
  if (found?.type === 'timeseries') return ['it is a time-series collection: nothing in it can be changed'];
  if (capped) return ['it is capped: it drops its oldest sessions, and takes no TTL index'];
  if (!validator || validationAction === 'warn') return [];
  const now = new Date();
  const data = '{}';
  const example = { _id: 'a', data, cookie: {}, version: 1, expiresAt: now, createdAt: now, updatedAt: now };
  const accepted = database.aggregate([{ $documents: [{ $literal: example }] }, { $match: validator }]);
  // Before MongoDB 5.1 nobody can tell beforehand.
  return (await accepted.hasNext().catch(() => true)) ? [] : ['its validator refuses sessions'];
}

/** A document that is no session: by the index on `_id`, or among all, or among those read in a second. */
async function findForeign(sessions: Sessions, isThorough: boolean): Promise<string[]> {
  const options = isThorough ? {} : { maxTimeMS: 1000 };
  const typeOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);
  for (const filter of [{ _id: { $not: { $gte: '' } } }, { $nor: [OURS, NOTES] }]) {
    const found = await sessions.findOne(filter, options).catch(ifCode(ABSENT, (): null => null));
    const fields = Object.entries(found ?? {}).map(([name, value]) => `${name} (${typeOf(value)})`);
    if (found) return [`it holds a document that is no session of this store: ${fields.join(', ')}`];
  }
  return [];
}

function refusal(reasons: readonly string[]): string {
  return `nothing was changed, for ${COLLECTION} is not for the sessions of this store alone:
${reasons.map((reason) => `  - ${reason}`).join('\n')}
Give them a collection of their own: create-koa-mongo-session --collection <name>. Where another store has left
sessions here, --adopt <store> goes on with them.`;
}

/** Without a quorum it would wait for members that are down, but a standalone server knows none. */
async function createIndex(sessions: Sessions, index: Index): Promise<unknown> {
  const substitute = index.expireAfterSeconds === undefined ? index : PRUNE_INDEX;
  return sessions
    .createIndexes([index], { commitQuorum: 'majority' })
    .catch(ifCode(UNSUPPORTED, () => sessions.createIndexes([index])))
    .catch(ifCode(UNSUPPORTED, () => sessions.createIndexes([substitute])));
}

/** One that is being built is listed already: the server answers a second wish for it when it is ready. */
function awaitIndex(sessions: Sessions, index: Index): Promise<unknown> {
  begin(`waiting for index ${index.name}`);
  return sessions.createIndexes([index]).catch(ifCode(FORBIDDEN, (): never[] => []));
}

function planPruning(sessions: Sessions): Promise<Action[]> {
  const filter = { ...OURS, expiresAt: { ...DATES.expiresAt, $lt: new Date() } };
  return planChange('delete sessions that are over', sessions, filter, (batch) =>
    sessions.deleteMany({ ...filter, _id: { $in: batch.map(({ _id }) => _id) } }),
  );
}

/**
 * The old collection stays as it is for the app of before, but for a mark on what was copied: so a session that was
 * ended in the new one does not come back, and one that was used since is copied once more.
 */
function planCopy(from: Sessions, to: Sessions): Promise<Action[]> {
  const filter = { ...alive(), $expr: { $ne: ['$copiedAt', '$updatedAt'] } };
  return planChange(`copy sessions from ${from.collectionName}`, from, filter, async (batch) => {
    await to.bulkWrite(batch.map(toCopy), { ordered: false });
    const marks = batch.map(({ _id, updatedAt }) => changeOf({ _id, updatedAt }, { copiedAt: updatedAt }));
    await from.bulkWrite(marks, { ordered: false });
  });
}

/** Of two states the later one counts. */
function toCopy({ _id, copiedAt, ...fields }: Session) {
  if (copiedAt) return changeOf({ _id, updatedAt: { $lt: fields.updatedAt } }, fields);
  return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
}

/** koa-session goes on with the lifetime that a session began with, whatever the settings say by now. */
async function planLifetimes(sessions: Sessions, oldTtl: number): Promise<Action[]> {
  const filter = { ...alive(), 'cookie._maxAge': oldTtl };
  const ended = { ...filter, updatedAt: { ...DATES.updatedAt, $lte: new Date(Date.now() - settings.TTL) } };
  const [count, ending] = [await sessions.countDocuments(filter), await sessions.countDocuments(ended)];
  const what = `change the lifetime of sessions from ${oldTtl / 1000} s to ${settings.TTL / 1000} s (${count})`;
  const end = { $add: ['$updatedAt', settings.TTL + GRACE] };
  const expiresAt = end;
  const cookie = { _maxAge: settings.TTL, _expire: { $add: [{ $toDouble: '$updatedAt' }, settings.TTL] } };
  const run = () => sessions.updateMany(filter, [{ $set: { expiresAt, cookie } }]);
  return count > 0 ? [{ what, asks: `${ending} of them end at once`, run }] : [];
}

function changeOf(filter: object, fields: object) {
  return { updateOne: { filter, update: { $set: fields } } };
}

async function planChange(what: string, sessions: Sessions, filter: object, write: Write, asks?: string) {
  const count = await sessions.countDocuments(filter);
  const run = () => inBatches(sessions, filter, write);
  return count > 0 ? [{ what: `${what} (${count})`, asks, run }] : [];
}

/** In one pass, which ends whatever apps write meanwhile. A batch is what the server sends at once: at most 16 MB. */
async function inBatches(sessions: Sessions, filter: object, write: Write): Promise<void> {
  const found = sessions.find(filter).sort({ _id: 1 }).batchSize(500);
  while (await found.hasNext()) {
    const batch = found.readBufferedDocuments();
    await write(batch);
    progress.done += batch.length;
  }
}

function agree(actions: readonly Action[], { yes }: Options, round: number): void {
  const left = actions.map(({ what }) => what).join('; ');
  if (round > ROUNDS) throw failure(1, `another program goes on writing. Left: ${left}`);
  const doubts = actions.flatMap(({ what, asks }) => (asks ? [`${what}: ${asks}`] : []));
  if (doubts.length > 0 && !yes) throw failure(4, `run it again with --yes to agree: ${doubts.join('; ')}`);
}

async function apply({ what, run }: Action): Promise<void> {
  begin(what);
  await run().catch((error: unknown) => {
    throw isUnreachable(error) ? error : failure(1, `could not ${what}: ${messageOf(error)}`);
  });
  console.log(`done: ${what}`);
}

function begin(step: string): void {
  Object.assign(progress, { step, done: 0 });
}

/** The app hands its own database to `sessions`; this script opens the one that MONGODB_URL names. */
async function openDatabase() {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: name your MongoDB in .env, as .env.example shows.');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  return { database: client.db(), close: () => client.close() };
}

/** The driver's own message may quote the URL, and credentials with it. */
function refuseUrl(error: unknown): never {
  if (isUnreachable(error)) throw error;
  const isOurs = thrown(error).name === 'Error';
  const message = 'MONGODB_URL is not a connection string that the driver accepts';
  throw failure(2, isOurs ? messageOf(error) : message);
}

function readOptions(args: string[]) {
  const options = {
    'dry-run': { type: 'boolean' },
    check: { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
    from: { type: 'string' },
    'old-ttl': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const { from, 'old-ttl': seconds, 'dry-run': dryRun } = values;
  const [command = '', more] = positionals;
  const prune = command === 'prune';
  const oldTtl = seconds === undefined ? undefined : Number(seconds) * 1000;
  const isOtherTtl = oldTtl === undefined || (oldTtl > 0 && oldTtl !== settings.TTL);
  const unknown = prune || command === '' ? more : command;
  if (unknown !== undefined) throw failure(2, `unknown argument ${unknown}`);
  if (prune && (from ?? seconds) !== undefined) throw failure(2, 'prune takes no --from and no --old-ttl');
  if (from === '' || from === COLLECTION) throw failure(2, '--from takes the name of another collection');
  if (!isOtherTtl) throw failure(2, '--old-ttl takes the seconds of a lifetime, other than the present one');
  return { ...values, dryRun, from, oldTtl, prune };
}

/** An end that was foreseen: its message tells what to do. */
function failure(exitCode: number, message: string): Error {
  return Object.assign(new Error(message), { exitCode });
}

/** What may be read off anything that was thrown. */
function thrown(error: unknown): Thrown {
  return Object(error) as Thrown;
}

function exitCodeOf(error: unknown): number {
  const { exitCode, code } = thrown(error);
  if (isUnreachable(error)) return 6;
  return exitCode ?? (String(code).startsWith('ERR_PARSE_ARGS') ? 2 : 1);
}

/** By name and code: a project may hold two copies of the driver. A bulk write wraps what befell it. */
function isUnreachable(error: unknown): boolean {
  const { name, syscall, code = 0, errorResponse } = thrown(error);
  const isOffline = /ServerSelection|Network|PoolCleared|Topology|NotConnected/;
  const isNamed = [name, errorResponse?.name].some((each) => each !== undefined && isOffline.test(each));
  return UNREACHABLE.includes(code) || isNamed || syscall !== undefined;
}

function ifCode<T>(codes: readonly number[], work: () => T): (error: unknown) => T {
  return (error) => {
    if (codes.includes(thrown(error).code ?? 0)) return work();
    throw error;
  };
}

/** Without what may follow in a duplicate key error: the key. */
function messageOf(error: unknown): string {
  const { code = 0, message } = thrown(error);
  return FORBIDDEN.includes(code) ? LACKS_PRIVILEGE : String(message).replace(/ dup key:.*/s, '');
}
