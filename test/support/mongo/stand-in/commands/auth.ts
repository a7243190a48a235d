import { Binary, type Document } from 'bson';
import { CommandFailure, notImplemented } from '../errors.ts';
import { Options } from '../options.ts';
import { Conversation, parseClientFirst } from '../scram.ts';
import { parsePrivilege, parseRoles, type User } from '../users.ts';
import { isDocument, textOf } from '../values.ts';
import { type Call, type Command, onDatabase } from './command.ts';

const MECHANISM = 'SCRAM-SHA-256';

/** An unfinished SCRAM exchange of a connection. */
export interface Exchange {
  id: number;
  user: User;
  conversation: Conversation;
  skipEmptyExchange: boolean;
  proven: boolean;
}

/** The same message for every failure, so that it does not reveal the reason. */
const failed = (): CommandFailure => new CommandFailure(18, 'Authentication failed.');

const payloadOf = (document: Document): Buffer => {
  const payload = document.payload;
  if (!(payload instanceof Binary)) throw new CommandFailure(14, "BSON field 'payload' must be binData");
  return Buffer.from(payload.value());
};

function begin({ state, connection }: Call, start: Document, database: string): Document {
  if (start.mechanism !== MECHANISM) {
    throw new CommandFailure(
      334,
      `Received authentication for mechanism ${textOf(start.mechanism)} which is unknown or not enabled`,
    );
  }
  const first = parseClientFirst(payloadOf(start));
  const user = first && state.users.get(database, first.user);
  if (!first || !user) throw failed();
  const conversation = new Conversation(user.credentials, first.bare, first.nonce);
  const skipEmptyExchange = start.options?.skipEmptyExchange === true;
  connection.exchange = { id: 1, user, conversation, skipEmptyExchange, proven: false };
  return { conversationId: 1, done: false, payload: new Binary(Buffer.from(conversation.serverFirst)) };
}

/** Starts the authentication that came with hello; a failed one is left out of the reply. */
export function speculate(call: Call, start: Document): Document | undefined {
  try {
    return begin(call, start, textOf(start.db) || 'admin');
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

function proceed({ connection, body }: Call): Document {
  const { exchange } = connection;
  if (!exchange || new Options('saslContinue', body).number('conversationId') !== exchange.id) {
    throw new CommandFailure(17, 'No SASL session state found');
  }
  if (exchange.proven) {
    connection.authenticate(exchange.user);
    return { conversationId: exchange.id, done: true, payload: new Binary(Buffer.alloc(0)) };
  }
  const last = exchange.conversation.finish(payloadOf(body));
  if (last === undefined) {
    connection.exchange = undefined;
    throw failed();
  }
  exchange.proven = true;
  if (exchange.skipEmptyExchange) connection.authenticate(exchange.user);
  return {
    conversationId: exchange.id,
    done: exchange.skipEmptyExchange,
    payload: new Binary(Buffer.from(last)),
  };
}

const saslStart: Command = {
  name: 'saslStart',
  fields: ['mechanism', 'payload', 'options', 'autoAuthorize'],
  requires: 'nothing',
  run: (call) => begin(call, call.body, call.database),
};

const saslContinue: Command = {
  name: 'saslContinue',
  fields: ['conversationId', 'payload'],
  requires: 'nothing',
  run: proceed,
};

const logout: Command = {
  name: 'logout',
  fields: [],
  requires: 'nothing',
  run: ({ connection, database }) => {
    connection.forget(database);
    return {};
  },
};

const createUser: Command = {
  name: 'createUser',
  fields: ['pwd', 'roles', 'mechanisms', 'digestPassword', 'customData', 'authenticationRestrictions'],
  requires: onDatabase('createUser'),
  writes: true,
  run: ({ state, options, body, database }) => {
    const user = options.text('createUser');
    const password = options.text('pwd');
    if (!user) throw new CommandFailure(2, 'Username cannot be empty');
    if (!password) throw new CommandFailure(2, "Must provide a 'pwd' field for all user documents");
    const mechanisms = body.mechanisms;
    if (mechanisms !== undefined && !(Array.isArray(mechanisms) && mechanisms.includes(MECHANISM))) {
      throw notImplemented(`mechanisms other than ${MECHANISM}`);
    }
    if (Array.isArray(body.authenticationRestrictions) && body.authenticationRestrictions.length > 0) {
      throw notImplemented('authenticationRestrictions');
    }
    state.users.create(database, user, password, parseRoles(body.roles, database));
    return {};
  },
};

const dropUser: Command = {
  name: 'dropUser',
  fields: [],
  requires: onDatabase('dropUser'),
  writes: true,
  run: ({ state, options, database }) => {
    state.users.drop(database, options.text('dropUser') ?? '');
    return {};
  },
};

const usersInfo: Command = {
  name: 'usersInfo',
  fields: [],
  requires: onDatabase('viewUser'),
  run: ({ state, body, database }) => {
    const asked = body.usersInfo;
    const name = isDocument(asked) ? asked.user : asked;
    if (typeof name !== 'string' && typeof name !== 'object' && Number(name) !== 1) {
      throw new CommandFailure(2, 'usersInfo takes a user or 1');
    }
    const db = isDocument(asked) ? String(asked.db) : database;
    const users = state.users.list(db).filter(({ user }) => typeof name !== 'string' || user === name);
    return {
      users: users.map(({ user, roles }) => ({
        _id: `${db}.${user}`,
        user,
        db,
        roles,
        mechanisms: [MECHANISM],
      })),
    };
  },
};

const createRole: Command = {
  name: 'createRole',
  fields: ['privileges', 'roles'],
  requires: onDatabase('createRole'),
  writes: true,
  run: ({ state, options, body, database }) => {
    const role = options.text('createRole') ?? '';
    const privileges = options.documents('privileges').map(parsePrivilege);
    state.users.createRole({ role, db: database, privileges, roles: parseRoles(body.roles, database) });
    return {};
  },
};

const dropRole: Command = {
  name: 'dropRole',
  fields: [],
  requires: onDatabase('dropRole'),
  writes: true,
  run: ({ state, options, database }) => {
    state.users.dropRole(database, options.text('dropRole') ?? '');
    return {};
  },
};

export const authCommands: readonly Command[] = [
  saslStart,
  saslContinue,
  logout,
  createUser,
  dropUser,
  usersInfo,
  createRole,
  dropRole,
];
