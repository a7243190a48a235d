// create-koa-mongo-session: migrate
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Db } from 'mongodb';
import { OWN, READ, type SessionDocument as Session } from '../src/session/collection.ts';
import { COLLECTION, DATABASE, openClient } from '../src/session/connection.ts';
import { codeOf, ifCode } from '../src/session/errors.ts';
import { type Index, PRUNE_INDEX, planIndexes } from '../src/session/indexes.ts';

const HELP = `Usage: migrate-sessions [prune] [options]

Gives the session collection the indexes that the store expects: shows a plan, carries it out, checks the result.
  prune                also deletes the sessions that are over, where the database does not do so by itself
  --dry-run            stop after the plan
  --check              stop after the plan; exit code 3 if there is something to do
Exit codes: 0 done, 1 failed, 2 usage, 3 something to do (--check), 4 refused, 6 database out of reach`;

type Sessions = ReturnType<typeof sessionsIn>;
type Options = ReturnType<typeof readOptions>;
type Found = Readonly<{ type?: string; options?: Record<string, unknown> }>;
type Action = Readonly<{ what: string; run: () => Promise<unknown> }>;

class Refusal extends Error {}

/** With `--adopt`, the store also keeps notes in the collection. */
const NOTES: object = { _id: /^(adopted|ended)\b/, until: { $type: 'date' }, expiresAt: { $type: 'date' } };
/** Error codes of services that do not support an option of an index, such as a TTL. */
const UNSUPPORTED = [2, 9, 59, 67, 72, 115, 238, 303, 40415];
/** Names, and codes, of errors that mean: no connection, no login, or no primary with a majority. */
const OFFLINE = /Selection|Network|Pool|Topology|NotConnected|querySrv|queryTxt|Handshake/;
const UNREACHABLE = [6, 43, 50, 64, 89, 91, 100, 133, 189, 237, 262, 10107, 11600, 11602, 13435, 13436];
const LACKS_PRIVILEGE = 'no login, or its user lacks a privilege: readWrite has all, the guide shows fewer';

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

async function main(args: string[]): Promise<number> {
  let failed = 2;
  try {
    const options = readOptions(args.filter((each) => each !== '--')); // npm needs it, pnpm passes it on.
    if (options.help) console.log(HELP);
    if (options.help) return 0;
    if (existsSync('.env')) process.loadEnvFile();
    const client = openClient();
    const database = client.db(DATABASE);
    failed = 1;
    return await migrate(database, options).finally(() => client.close());
  } catch (error) {
    console.error(`error: ${codeOf(error) === 13 ? LACKS_PRIVILEGE : (error as Error).message}`);
    if (!isUnreachable(error)) return error instanceof Refusal ? 4 : failed;
    console.error('Run it again once MongoDB runs, accepts the login, and has a primary and a majority.');
    return 6;
  }
}

/** Plan, show, apply, verify. */
async function migrate(database: Db, options: Options): Promise<number> {
  const planNow = () => makePlan(database, options).catch(ifCode([175], () => makePlan(database, options)));
  let plan = await planNow(); // Made once more where another run dropped an index meanwhile.
  const hasWork = plan.length > 0;
  console.log(`${database.databaseName}.${COLLECTION}: ${hasWork ? 'to do' : 'nothing to do'}`);
  for (const { what } of plan) console.log(`  - ${what}`);
  if (options.check || options['dry-run']) return options.check && hasWork ? 3 : 0;
  for (let round = 1; plan.length > 0; round += 1) {
    for (const { what, run } of plan) {
      if (round > 5) throw new Error(`another program goes on writing: stop it and run again. Left: ${what}`);
      console.error(`${what} …`);
      await run().catch(ifCode([27, 175, 276], () => false)); // Likewise: the next plan has what is left.
    }
    plan = await planNow();
  }
  if (hasWork) console.log('done, and verified');
  return 0;
}

/** A run can be stopped after any action: the next run continues with what is left. */
async function makePlan(database: Db, options: Options): Promise<Action[]> {
  const sessions = sessionsIn(database, COLLECTION);
  const [found] = await database.listCollections({ name: COLLECTION }).toArray();
  refuse(await findObstacle(database, found));
  const listed = found ? await sessions.indexes() : [];
  const { present, drop, create, refusals } = planIndexes(listed as Index[]);
  for (const index of present) if (await isBuilding(sessions, index)) create.push(index);
  refuse([...refusals, ...(await findForeign(sessions, create.length > 0 ? 0 : 1000))]);
  const unpruned = !options.prune && present.some(({ name }) => name === PRUNE_INDEX.name);
  if (unpruned) console.error('note: the database has no TTL on a date: let a timer run `prune` every hour');
  const over = { $or: [OWN, NOTES], expiresAt: { $lt: options.startedAt } };
  return [
    // Before a TTL index is created: MongoDB would delete all expired sessions at once.
    ...(options.prune || create.length > 0 ? await planDeletion(sessions, over, 'that are over') : []),
    ...drop.map((index) => ({
      what: `drop index ${JSON.stringify(index)}, whose key or options are not those wanted`,
      run: () => sessions.dropIndex(index.name),
    })),
    ...create.map((index) => ({
      what: `create index ${JSON.stringify(index)}`,
      run: () => createIndex(sessions, index),
    })),
  ];
}

function sessionsIn(database: Db, name: string) {
  return database.collection<Session>(name, { ...READ, writeConcern: { w: 'majority', wtimeoutMS: 10_000 } });
}

/** Why the collection cannot hold sessions, whatever documents are in it. No `$documents` (before 5.1), no test. */
async function findObstacle(database: Db, { type, options = {} }: Found = {}): Promise<string[]> {
  const { capped, validator, validationAction, validationLevel } = options;
  if (type === 'view') return ['it is a view: nothing can be stored in it'];
  if (type === 'timeseries') return ['it is a time-series collection: nothing in it can be changed'];
  if (capped) return ['it is capped: it drops its oldest sessions, and takes no TTL index'];
  if (!validator || validationAction === 'warn' || validationLevel === 'off') return [];
  const [_id, data, at, end] = ['a'.repeat(43), '{}', new Date(), new Date('2100-01-01')];
  const test = { _id, data, cookie: {}, version: 1, expiresAt: end, createdAt: at, updatedAt: at };
  const accepted = database.aggregate([{ $documents: [{ $literal: test }] }, { $match: validator }]);
  return (await accepted.hasNext().catch(() => true)) ? [] : ['its validator refuses sessions'];
}

/** A document that is not a session, among those that are read within `maxTimeMS`; 0 reads all of them. */
async function findForeign(sessions: Sessions, maxTimeMS: number): Promise<string[]> {
  const search = sessions.findOne({ $nor: [OWN, NOTES] }, { maxTimeMS });
  const found = await search.catch(ifCode([50], (): null => null));
  const typeOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);
  const fields = Object.entries(found ?? {}).map(([name, value]) => `${name} (${typeOf(value)})`);
  return found ? [`it holds a document that is no session of this store: ${fields.join(', ')}`] : [];
}

function refuse(reasons: readonly string[]): void {
  const message = `the collection ${COLLECTION} is not changed, since it is not for the sessions of this store alone:
${reasons.map((reason) => `  - ${reason}`).join('\n')}
Run create-koa-mongo-session with --collection <name>, or with --adopt <store> where another store left sessions.`;
  if (reasons.length > 0) throw new Refusal(message);
}

/** Without a majority, an index build would wait forever. Only members of a replica set support this read. */
async function requireMajority(sessions: Sessions): Promise<void> {
  const read = sessions.findOne({ _id: '' }, { readConcern: 'linearizable', maxTimeMS: 10_000 });
  const result = await read.catch((error: unknown) => error);
  if (codeOf(result) === 50) throw result;
}

/** The default quorum would wait for members that are down. A standalone server does not know the option. */
async function createIndex(sessions: Sessions, index: Index): Promise<unknown> {
  await requireMajority(sessions);
  return sessions
    .createIndexes([index], { commitQuorum: 'majority' })
    .catch(ifCode(UNSUPPORTED, () => sessions.createIndexes([index])))
    .catch(ifCode(UNSUPPORTED, () => sessions.createIndexes([PRUNE_INDEX])));
}

/** An index that is being built is listed, but cannot be used. Creating it again waits for that build. */
function isBuilding(sessions: Sessions, { name, partialFilterExpression = {} }: Index): Promise<boolean> {
  const use = sessions.findOne(partialFilterExpression, { hint: name });
  return use.then(() => false).catch((error: unknown) => String(error).includes('hint provided does not'));
}

async function planDeletion(sessions: Sessions, filter: object, which: string): Promise<Action[]> {
  const count = await sessions.countDocuments(filter);
  const run = async () => {
    const found = sessions.find(filter, { projection: { _id: 1 } }).batchSize(10_000);
    for (let done = 0; await found.hasNext(); console.error(`  ${done} sessions so far`)) {
      const ids = found.readBufferedDocuments().map(({ _id }) => _id);
      await sessions.deleteMany({ ...filter, _id: { $in: ids } });
      done += ids.length;
    }
  };
  return count > 0 ? [{ what: `delete sessions ${which} (${count})`, run }] : [];
}

function readOptions(args: string[]) {
  const options = {
    'dry-run': { type: 'boolean' },
    check: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const isTaken = ['check', 'dry_run', 'from'].some((name) => process.env[`npm_config_${name}`]);
  if (isTaken) throw new Error('npm took the options for itself: put -- before them');
  if (positionals.some((each) => each !== 'prune')) throw new Error(`unknown: ${positionals.join(' ')}`);
  return { ...values, prune: positionals.length > 0, startedAt: new Date() };
}

/** By name, label and code, since a project may have two copies of the driver. A bulk write wraps the actual error. */
function isUnreachable(error: unknown): boolean {
  const { name, code, syscall, errorLabels, errorResponse } = error as Record<string, unknown>;
  const names = [name, syscall, errorLabels, errorResponse].join();
  return OFFLINE.test(names) || UNREACHABLE.includes(Number(code));
}
