import { lineAt, withoutComments } from './code.ts';

/**
 * `client.db('shop')`, also as `mongoose.connection.useDb('shop')` or `{ dbName: 'shop' }`. A name that is not in the
 * connection string.
 */
const NAMED = /\.(?:db|useDb)\(\s*[^\s)]|\bdbName\s*:/g;

/** `src/db.ts:4`: where one of the user's source files names a database itself. */
export function databasesNamedIn(path: string, text: string): string[] {
  if (!/mongo/i.test(text)) return [];
  const code = withoutComments(text);
  return [...code.matchAll(NAMED)].map(({ index }) => `${path}:${lineAt(code, index)}`);
}

/** How a source file reaches the database of the driver, where `sessions()` is called in it. */
export type OwnDatabase =
  /** A variable, or a call that gives it. */
  | { readonly kind: 'known'; readonly expression: string }
  /** It has a client, and takes no database from it. */
  | { readonly kind: 'client'; readonly client: string }
  | { readonly kind: 'unknown' };

const VARIABLE = String.raw`^(?:export\s+)?(?:const|let|var)\s+([\w$]+)(?:\s*:[^=\n]+)?\s*=\s*`;
const CLIENT = new RegExp(
  String.raw`${VARIABLE}(?:new\s+MongoClient\s*\(|await\s+MongoClient\.connect\s*\()`,
  'gm',
);
const TAKEN = new RegExp(String.raw`${VARIABLE}[\w$]+\.db\(`, 'gm');
const CALL = /([\w$]+)?\.db\(([^()]*)\)?/g;
const TEXT = /^\s*(?:(['"`])[^'"`$]*\1)?\s*$/;

/**
 * What can only be the database of the app: the one that the file takes from its client.
 *
 * @param code without comments
 * @param at the 0-based line of the app, below which `sessions()` will be called
 */
export function ownDatabase(code: string, at: number): OwnDatabase {
  const above = code.split('\n').slice(0, at).join('\n');
  const calls = [...code.matchAll(CALL)];
  const isOne = new Set(calls.map(([call]) => call.replace(/\s/g, ''))).size === 1;
  const variables = [...above.matchAll(TAKEN)].map(([, name = '']) => name);
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
