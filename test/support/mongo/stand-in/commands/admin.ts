import { type Document, Long } from 'bson';
import { CommandFailure } from '../errors.ts';
import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES } from '../frames.ts';
import { sessionText } from '../sessions.ts';
import { isDocument, isNumber, toNumber } from '../values.ts';
import { speculate } from './auth.ts';
import { type Call, type Command, onServer } from './command.ts';

const SESSION_MINUTES = 30;

/** The reply of hello, and of isMaster, its older name. */
function describeServer(call: Call, legacy: boolean): Document {
  const { state, connection, options } = call;
  const client = options.document('client');
  if (client) connection.greet(client);
  const speculative = options.document('speculativeAuthenticate');
  return {
    ...describeRole(call, legacy),
    helloOk: options.boolean('helloOk') || undefined,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: SESSION_MINUTES,
    connectionId: connection.id,
    minWireVersion: 0,
    maxWireVersion: state.version.maxWireVersion,
    readOnly: false,
    saslSupportedMechs: mechanismsFor(call),
    speculativeAuthenticate: speculative && speculate(call, speculative),
  };
}

function describeRole({ state }: Call, legacy: boolean): Document {
  const primaryField = legacy ? 'ismaster' : 'isWritablePrimary';
  const { replication, address } = state;
  if (!replication) return { [primaryField]: true };
  return {
    hosts: [address],
    setName: replication.setName,
    setVersion: 1,
    [primaryField]: replication.isPrimary,
    secondary: !replication.isPrimary,
    primary: replication.isPrimary ? address : undefined,
    me: address,
    electionId: replication.isPrimary ? replication.electionId : undefined,
  };
}

function mechanismsFor({ state, options }: Call): string[] | undefined {
  const asked = options.text('saslSupportedMechs');
  if (asked === undefined) return undefined;
  const dot = asked.indexOf('.');
  return state.users.get(asked.slice(0, dot), asked.slice(dot + 1)) ? ['SCRAM-SHA-256'] : undefined;
}

const hello: Command = {
  name: 'hello',
  fields: 'any',
  requires: 'nothing',
  run: (call) => describeServer(call, false),
};

const isMaster: Command = {
  name: 'isMaster',
  aliases: ['ismaster'],
  fields: 'any',
  requires: 'nothing',
  run: (call) => describeServer(call, true),
};

const ping: Command = { name: 'ping', fields: [], requires: 'nothing', run: () => ({}) };

const buildInfo: Command = {
  name: 'buildInfo',
  aliases: ['buildinfo'],
  fields: [],
  requires: 'nothing',
  run: ({ state: { version } }) => ({
    version: version.text,
    versionArray: [...version.numbers, 0],
    modules: ['stand-in'],
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    bits: 64,
    debug: false,
  }),
};

const serverStatus: Command = {
  name: 'serverStatus',
  // A section that this server never has, and that clients may exclude.
  fields: ['wiredTiger'],
  requires: onServer('serverStatus'),
  run: ({ state }) => ({
    host: state.address,
    version: state.version.text,
    process: 'stand-in',
    pid: Long.fromNumber(process.pid),
    uptime: (Date.now() - state.startedAt) / 1000,
    localTime: new Date(),
    connections: { ...state.connections },
    metrics: {
      commands: Object.fromEntries(
        Object.entries(state.opCounts).map(([name, total]) => [name, { total: Long.fromNumber(total) }]),
      ),
      cursor: { open: { total: state.cursors.size } },
      ttl: {
        passes: Long.fromNumber(state.ttl.passes),
        deletedDocuments: Long.fromNumber(state.ttl.deleted),
      },
    },
  }),
};

/** Server parameters, each with the functions that read and set it. */
const PARAMETERS: Readonly<
  Record<string, { get(call: Call): unknown; set(call: Call, value: unknown): void }>
> = {
  ttlMonitorSleepSecs: {
    get: ({ state }) => state.ttl.sleepSeconds,
    set: ({ state }, value) => {
      if (!isNumber(value) || toNumber(value) <= 0) {
        throw new CommandFailure(2, 'ttlMonitorSleepSecs must be greater than 0');
      }
      state.ttl.sleepFor(toNumber(value));
    },
  },
  ttlMonitorEnabled: {
    get: ({ state }) => state.ttl.enabled,
    set: ({ state }, value) => {
      state.ttl.enabled = value === true || (isNumber(value) && toNumber(value) !== 0);
    },
  },
};

const getParameter: Command = {
  name: 'getParameter',
  fields: Object.keys(PARAMETERS),
  requires: onServer('getParameter'),
  adminOnly: true,
  run: (call) => {
    const asked = Object.keys(PARAMETERS).filter(
      (name) => call.options.has(name) || call.body.getParameter === '*',
    );
    if (asked.length === 0) throw new CommandFailure(72, 'no option found to get');
    return Object.fromEntries(asked.map((name) => [name, PARAMETERS[name]?.get(call)]));
  },
};

const setParameter: Command = {
  name: 'setParameter',
  fields: Object.keys(PARAMETERS),
  requires: onServer('setParameter'),
  adminOnly: true,
  run: (call) => {
    const [name] = Object.keys(PARAMETERS).filter((parameter) => call.options.has(parameter));
    if (name === undefined) {
      throw new CommandFailure(72, 'no option found to set, use help:true to see options ');
    }
    const was = PARAMETERS[name]?.get(call);
    PARAMETERS[name]?.set(call, call.options.raw(name));
    return { was };
  },
};

const configureFailPoint: Command = {
  name: 'configureFailPoint',
  fields: ['mode', 'data'],
  requires: onServer('configureFailPoint'),
  adminOnly: true,
  run: ({ state, options }) => ({ count: state.failPoints.configure(options) }),
};

function endAll({ state, body, name }: Call): Document {
  const sessions = body[name];
  if (!Array.isArray(sessions) || !sessions.every(isDocument)) {
    throw new CommandFailure(14, `BSON field '${name}' must be an array of objects`);
  }
  for (const session of sessions.map(sessionText)) {
    state.cursors.killOfSession(session);
    state.sessions.end(session);
  }
  return {};
}

const endSessions: Command = { name: 'endSessions', fields: [], requires: 'nothing', run: endAll };

const killSessions: Command = { name: 'killSessions', fields: [], requires: 'authentication', run: endAll };

const refreshSessions: Command = {
  name: 'refreshSessions',
  fields: [],
  requires: 'authentication',
  run: () => ({}),
};

const replSetStepDown: Command = {
  name: 'replSetStepDown',
  fields: ['secondaryCatchUpPeriodSecs', 'force'],
  requires: onServer('replSetStateChange'),
  adminOnly: true,
  run: ({ state, options }) => {
    const { replication } = state;
    if (!replication) throw new CommandFailure(76, 'not running with --replSet');
    if (!replication.isPrimary) throw new CommandFailure(10107, "not primary so can't step down");
    const seconds = options.count('replSetStepDown') || 60;
    if ((options.count('secondaryCatchUpPeriodSecs') ?? 10) > seconds) {
      throw new CommandFailure(2, 'stepdown period must be longer than secondaryCatchUpPeriodSecs');
    }
    if (!options.boolean('force')) {
      throw new CommandFailure(
        262,
        'No electable secondaries caught up; use force: true to step down anyway',
      );
    }
    replication.stepDown(seconds * 1000);
    return {};
  },
};

const replSetFreeze: Command = {
  name: 'replSetFreeze',
  fields: [],
  requires: onServer('replSetStateChange'),
  adminOnly: true,
  run: ({ state, options }) => {
    if (!state.replication) throw new CommandFailure(76, 'not running with --replSet');
    const seconds = options.count('replSetFreeze');
    if (seconds !== 0) throw new CommandFailure(9, 'the stand-in for MongoDB only takes replSetFreeze: 0');
    state.replication.unfreeze();
    return {};
  },
};

const connectionStatus: Command = {
  name: 'connectionStatus',
  fields: ['showPrivileges'],
  requires: 'nothing',
  run: ({ connection }) => ({
    authInfo: {
      authenticatedUsers: connection.users.map(({ user, db }) => ({ user, db })),
      authenticatedUserRoles: connection.users.flatMap(({ roles }) => roles),
    },
  }),
};

export const adminCommands: readonly Command[] = [
  hello,
  isMaster,
  ping,
  buildInfo,
  serverStatus,
  getParameter,
  setParameter,
  configureFailPoint,
  endSessions,
  killSessions,
  refreshSessions,
  replSetStepDown,
  replSetFreeze,
  connectionStatus,
];
