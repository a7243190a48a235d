import { lineAt, withoutComments } from './code.ts';
import { type Place, placeText } from './place.ts';

/**
 * `client.db('shop')`, also as `mongoose.connection.useDb('shop')` or `{ dbName: 'shop' }`. A name that is not in the
 * connection string.
 */
const NAMED = /\.(?:db|useDb)\(\s*[^\s)]|\bdbName\s*:/g;

/** Where one of the user's source files names a database itself. */
export function databasesNamedIn(path: string, text: string): Place[] {
  if (!/mongo/i.test(text)) return [];
  const code = withoutComments(text);
  return [...code.matchAll(NAMED)].map(({ index }) => ({ path, line: lineAt(code, index) }));
}

/** Where a source file opens a Mongoose connection. */
export interface MongooseConnection extends Place {
  /** Its variable. */
  readonly name: string | undefined;
  /** Whether it is `mongoose.connection`. */
  readonly isDefault: boolean;
}

/** Captures the variable, what the method belongs to, and the method. */
const OPENED =
  /(?:(?<![\w$.])([\w$]+)\s*(?::[^=\n]{1,300})?=[\s(]*(?:await\s+)?)?(?:((?<![\w$.])[\w$.]+|require\s*\(\s*['"]mongoose['"]\s*\))\s*\.\s*|(?=[co])(?<![\w$.]|\bfunction\s+))(createConnection(?=\s*\()|connect\b|openUri\b)/g;
/** `import { connect } from 'mongoose'`. */
const TAKEN_METHODS = /\{([^{}]*)\}\s*(?:from|=)[\s(]*(?:require[\s(]*)?['"]?mongoose\b/g;

export function mongooseConnectionsIn(path: string, text: string): MongooseConnection[] {
  if (!/mongoose/i.test(text)) return [];
  const code = withoutComments(text);
  const mongoose = mongooseIn(code);
  const taken = [...code.matchAll(TAKEN_METHODS)].flatMap(([, names = '']) => names.match(/[\w$]+/g) ?? []);
  const isMongoose = (owner: string) => owner.split('.')[0] === mongoose || /mongoose/i.test(owner);
  return [...code.matchAll(OPENED)]
    .filter(([, , owner, method = '']) => (owner === undefined ? taken.includes(method) : isMongoose(owner)))
    .map(({ 1: name, 3: method, index }) => ({
      path,
      line: lineAt(code, index),
      name,
      isDefault: method !== 'createConnection',
    }));
}

/** The default connection of Mongoose, as a file can call it by what it imports. */
export function defaultConnectionIn(code: string): string | undefined {
  if (!code.includes('mongoose')) return undefined;
  const mongoose = mongooseIn(code);
  if (mongoose !== undefined) return `${mongoose}.connection`;
  const taken = [...code.matchAll(TAKEN_METHODS)].map(([, names]) => names).join();
  const [all, name = all] = /\bconnection\b(?:\s*(?:as\b|:)\s*([\w$]+))?/.exec(taken) ?? [];
  return name;
}

/** The name of Mongoose in a file, if it imports more than types. */
function mongooseIn(code: string): string | undefined {
  const found =
    /(?:\bimport\s+(?!type\s+(?!from\b))(?:\*\s+as\s+)?([\w$]+)[^;'"]*from|(?=[\w$])(?<!\bimport\s+type\s+|[\w$])([\w$]+)\s*=\s*require\()\s*['"]mongoose['"]/.exec(
      code,
    );
  return found?.[1] ?? found?.[2];
}

/** What to pass to `sessions()` where the default connection of Mongoose is never opened. */
export function madeConnection(
  connections: readonly MongooseConnection[],
): { readonly name: string; readonly place: string } | undefined {
  const [first, second] = connections;
  if (first === undefined || connections.some(({ isDefault }) => isDefault)) return undefined;
  return {
    name: (second === undefined && first.name) || 'connection',
    place: connections.map(placeText).join(' or '),
  };
}

/** How a source file reaches the database of the driver, where `sessions()` is called in it. */
export type OwnDatabase =
  /** A variable, or a call that gives it. */
  | { readonly kind: 'known'; readonly expression: string }
  /** It has a client, and takes no database from it. */
  | { readonly kind: 'client'; readonly client: string }
  | { readonly kind: 'unknown' };

/**
 * The expression for it, if that is certain.
 *
 * @param named where the project names a database itself
 */
export function certainDatabase(database: OwnDatabase, named: readonly Place[]): string | undefined {
  if (database.kind === 'known') return database.expression;
  return database.kind === 'client' && named.length === 0 ? `${database.client}.db()` : undefined;
}

const VARIABLE = String.raw`^(?:export\s+)?(?:const|let|var)\s+([\w$]+)(?:\s*:[^=\n]+)?\s*=\s*`;
/** Not with more behind it, as in `const users = client.db().collection('users')`. */
const CALL = String.raw`\((?:[^()]|\([^()]*\))*\)(?!\s*[.?[])`;
const CLIENT = new RegExp(
  String.raw`${VARIABLE}(?:new\s+MongoClient\s*|await\s+MongoClient\.connect\s*)${CALL}`,
  'gm',
);
const DB_VARIABLE = new RegExp(String.raw`${VARIABLE}[\w$]+\.db${CALL}`, 'gm');
const DB_CALL = /(?:(?<![\w$])([\w$]+))?\.db\(([^()]*)\)?/g;
const TEXT = /^\s*(?:(['"`])[^'"`$]*\1)?\s*$/;

/**
 * What can only be the database of the app: the one that the file takes from its client.
 *
 * @param code without comments
 * @param above the part of it above the app
 */
export function ownDatabase(code: string, above: string): OwnDatabase {
  const calls = [...code.matchAll(DB_CALL)];
  const isOne = new Set(calls.map(([call]) => call.replace(/\s/g, ''))).size === 1;
  const variables = [...above.matchAll(DB_VARIABLE)].map(([, name = '']) => name);
  const [variable] = variables;
  if (isOne && variables.length === 1 && variable !== undefined)
    return { kind: 'known', expression: variable };
  const clients = [...code.matchAll(/=\s*(?:new\s+MongoClient\b|await\s+MongoClient\.connect\b)/g)];
  const [, client] = [...above.matchAll(CLIENT)][0] ?? [];
  if (clients.length !== 1 || client === undefined) return { kind: 'unknown' };
  const [call] = calls;
  if (call === undefined) return { kind: 'client', client };
  const [expression, of, argument = ''] = call;
  if (!isOne || of !== client || !expression.endsWith(')') || !TEXT.test(argument))
    return { kind: 'unknown' };
  return { kind: 'known', expression };
}
