import { setTimeout as sleep } from 'node:timers/promises';
import { type Document, Long } from 'bson';
import { adminCommands } from './commands/admin.ts';
import { authCommands } from './commands/auth.ts';
import { catalogCommands } from './commands/catalog.ts';
import type { Call, Command } from './commands/command.ts';
import { queryCommands } from './commands/query.ts';
import { writeCommands } from './commands/write.ts';
import type { Connection } from './connection.ts';
import { CommandFailure, codeName, notImplemented } from './errors.ts';
import type { Misfortune } from './fail-points.ts';
import type { Request } from './frames.ts';
import { checkFields, Options } from './options.ts';
import { Statements, sessionText } from './sessions.ts';
import type { ServerState } from './state.ts';
import { checkDatabaseName } from './storage.ts';
import { textOf, toNumber } from './values.ts';
import { atLeast } from './version.ts';

/** Thrown by a command that closes its connection instead of answering. */
export class ConnectionEnded extends Error {}

const COMMANDS = new Map<string, Command>(
  [...adminCommands, ...authCommands, ...queryCommands, ...writeCommands, ...catalogCommands].flatMap(
    (command) => [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const),
  ),
);

const COMMON_FIELDS = [
  '$db',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'comment',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
];

const fieldsOf = ({ name, aliases = [], fields }: Command): ReadonlySet<string> | undefined =>
  fields === 'any' ? undefined : new Set([name, ...aliases, ...fields, ...COMMON_FIELDS]);

const knownFields = new Map([...COMMANDS.values()].map((command) => [command, fieldsOf(command)] as const));

/** Error codes after which drivers retry a write. */
const RETRYABLE_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Runs one request and returns the reply; every error becomes a reply. */
export async function dispatch(
  state: ServerState,
  connection: Connection,
  request: Request,
): Promise<Document> {
  const call = toCall(state, connection, request.body);
  try {
    const command = COMMANDS.get(call.name);
    if (!command) throw new CommandFailure(59, `no such command: '${call.name}'`);
    if (request.legacy) checkLegacy(command, state);
    state.opCounts[command.name] = (state.opCounts[command.name] ?? 0) + 1;
    return { ...(await execute(command, call)), ok: 1 };
  } catch (error) {
    if (error instanceof ConnectionEnded) throw error;
    const failure = asFailure(error);
    return { ...failure.toReply(), ...labelsFor(call, failure.code, failure.details.errorLabels) };
  }
}

/** Since 5.1, OP_QUERY is only for hello. */
function checkLegacy(command: Command, { version }: ServerState): void {
  if (!atLeast(version, 5, 1) || command.name === 'hello' || command.name === 'isMaster') return;
  throw new CommandFailure(
    352,
    `Unsupported OP_QUERY command: ${command.name}. The client driver may require an upgrade.`,
  );
}

export function asFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  return new CommandFailure(
    8,
    `the stand-in for MongoDB failed: ${error instanceof Error ? error.stack : error}`,
  );
}

function toCall(state: ServerState, connection: Connection, body: Document): Call {
  const [name = ''] = Object.keys(body);
  const lsid = body.lsid;
  return {
    name,
    body,
    state,
    connection,
    database: textOf(body.$db),
    options: new Options(name, body),
    session: lsid?.id === undefined ? undefined : sessionText(lsid),
    statements: new Statements(),
  };
}

async function execute(command: Command, call: Call): Promise<Document> {
  authorize(command, call);
  const misfortune = misfortuneOf(call);
  if (misfortune) await suffer(misfortune);
  check(command, call);
  const reply = await command.run({ ...call, statements: retryableStatements(command, call) });
  const writeConcernError = misfortune?.writeConcernError ?? unsatisfiedWriteConcern(call);
  if (!writeConcernError) return reply;
  return {
    ...reply,
    writeConcernError,
    ...labelsFor(call, toNumber(writeConcernError.code), misfortune?.errorLabels),
  };
}

const misfortuneOf = ({ state, connection, name, database, body }: Call): Misfortune | undefined =>
  state.failPoints.take(name, connection.appName, `${database}.${textOf(body[name])}`);

/** The checks that come before a command reads its own fields. */
function check(command: Command, call: Call): void {
  const { body, database } = call;
  const other = command.elsewhere?.find((field) => body[field] !== undefined);
  if (other) throw notImplemented(`the field ${other} of ${command.name}`);
  const known = knownFields.get(command);
  if (known) checkFields(command.name, body, known);
  checkDatabaseName(database);
  if (command.adminOnly && database !== 'admin') {
    throw new CommandFailure(13, `${command.name} may only be run against the admin database.`);
  }
  checkApiVersion(call);
  checkConcerns(command, call);
  checkPrimary(command, call);
}

/** The given labels, or otherwise the one that tells drivers to retry a write. */
function labelsFor({ state, body }: Call, code: number, given: string[] | undefined): Document {
  if (given) return { errorLabels: given };
  const retryable = state.replication && body.txnNumber !== undefined && RETRYABLE_CODES.has(code);
  return retryable ? { errorLabels: ['RetryableWriteError'] } : {};
}

async function suffer(misfortune: Misfortune): Promise<void> {
  if (misfortune.blockTimeMS > 0) await sleep(misfortune.blockTimeMS, undefined, { ref: false });
  if (misfortune.closeConnection) throw new ConnectionEnded();
  const { errorCode, errorExtraInfo, errorLabels } = misfortune;
  if (errorCode === undefined) return;
  if (errorCode === 11000 && !errorExtraInfo) {
    throw new CommandFailure(40671, 'Missing required extra info for error code DuplicateKey');
  }
  throw new CommandFailure(errorCode, "Failing command via 'failCommand' failpoint", {
    ...errorExtraInfo,
    ...(errorLabels && { errorLabels }),
  });
}

function authorize(command: Command, call: Call): void {
  const { state, connection, database } = call;
  if (!state.authorization) return;
  const requirement = typeof command.requires === 'function' ? command.requires(call) : command.requires;
  if (requirement === 'nothing' || isFirstUser(command, call)) return;
  if (connection.users.length === 0) {
    throw new CommandFailure(13, `Command ${call.name} requires authentication`);
  }
  if (requirement === 'authentication') return;
  const allowed = requirement.every((need) => connection.may(need));
  if (!allowed) {
    throw new CommandFailure(13, `not authorized on ${database} to execute command { ${call.name}: 1 }`);
  }
}

/** MongoDB's localhost exception: if there are no users, the first one may be created. */
const isFirstUser = (command: Command, { state, database }: Call): boolean =>
  command.name === 'createUser' && database === 'admin' && state.users.list().length === 0;

function checkApiVersion({ options }: Call): void {
  if (options.has('apiVersion') && options.text('apiVersion') !== '1') {
    throw new CommandFailure(322, 'API version must be "1"');
  }
  if (options.boolean('apiStrict')) throw notImplemented('apiStrict');
}

const READ_CONCERNS = new Set(['local', 'available', 'majority', 'linearizable']);

function checkConcerns(command: Command, { options, state }: Call): void {
  const { level = 'local', ...otherRead } = options.document('readConcern') ?? {};
  if (!READ_CONCERNS.has(level) || Object.keys(otherRead).length > 0) {
    throw notImplemented('this read concern');
  }
  const writeConcern = options.document('writeConcern');
  if (!writeConcern) return;
  if (!command.writes) throw new CommandFailure(72, 'Command does not support writeConcern');
  checkFields('writeConcern', writeConcern, new Set(['w', 'j', 'wtimeout', 'fsync', 'provenance']));
  if (!state.replication && toNumber(writeConcern.w) > 1) {
    throw new CommandFailure(2, "cannot use 'w' > 1 when a host is not replicated");
  }
}

/** For a write concern with more members than there are. The write itself has been done. */
function unsatisfiedWriteConcern({ options, state }: Call): Document | undefined {
  const w = options.document('writeConcern')?.w;
  if (!state.replication || !(toNumber(w) > 1)) return undefined;
  return { code: 100, codeName: codeName(100), errmsg: 'Not enough data-bearing nodes' };
}

const UNREPLICATED = new Set(['hello', 'isMaster', 'getMore', 'killCursors']);

function checkPrimary(command: Command, { state, body }: Call): void {
  if (!state.replication || state.replication.isPrimary || UNREPLICATED.has(command.name)) return;
  if (command.writes) throw new CommandFailure(10107, 'not primary');
  const mode = body.$readPreference?.mode;
  const reads = ['find', 'aggregate', 'count', 'distinct', 'listIndexes', 'listCollections'].includes(
    command.name,
  );
  if (reads && (mode === undefined || mode === 'primary')) {
    throw new CommandFailure(13435, 'not primary and secondaryOk=false');
  }
}

/** Does a write with a transaction number once, no matter how often it is sent. */
function retryableStatements(command: Command, { state, body, session }: Call): Statements {
  const number = body.txnNumber;
  const transaction = body.autocommit !== undefined || body.startTransaction !== undefined;
  if (number === undefined && !transaction) return new Statements();
  if (!state.replication) {
    throw new CommandFailure(20, 'Transaction numbers are only allowed on a replica set member or mongos');
  }
  if (transaction) throw notImplemented('transactions');
  if (session === undefined) {
    throw new CommandFailure(72, 'Transaction number requires a session ID to also be specified');
  }
  if (!command.retryable) {
    throw new CommandFailure(
      50768,
      `txnNumber may only be provided for retryable writes, not ${command.name}`,
    );
  }
  const parsed = number instanceof Long ? number.toBigInt() : BigInt(Math.trunc(toNumber(number)));
  return state.sessions.begin(session, parsed);
}
