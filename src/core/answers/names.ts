import { type Parsed, textOf } from './parsed.ts';

/** The rules that MongoDB, HTTP, koa-session and module loading set for the names a user may choose. */

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** MongoDB's limit for `database.collection`, in bytes. */
export const NAMESPACE_BYTES = 255;
const DATABASE_BYTES = 63;

/** The rule that every text obeys; a lone surrogate has no UTF-8 form, so it would come back as another character. */
function parseText(answer: unknown): Parsed<string> {
  if (typeof answer !== 'string') return { problem: 'must be a text' };
  if (answer === '') return { problem: 'must not be empty' };
  if (/\p{Cs}/u.test(answer)) return { problem: 'must be well-formed Unicode' };
  return { value: answer };
}

/** A text that breaks none of the rules; each rule is a test for what is forbidden and the words that say so. */
function textWithout(...rules: readonly (readonly [(text: string) => boolean, string])[]) {
  return (answer: unknown): Parsed<string> => {
    const text = parseText(answer);
    if ('problem' in text) return text;
    const broken = rules.find(([breaks]) => breaks(text.value));
    return broken ? { problem: broken[1] } : text;
  };
}

export const parseUsername = textWithout([(text) => text.includes('\0'), 'must not hold a null character']);

export const parseDatabase = textWithout(
  [
    (text) => /[/\\. "$*<>:|?\0]/.test(text),
    'must be a database name: without / \\ . " $ * < > : | ?, a space or a null character',
  ],
  [(text) => byteLength(text) > DATABASE_BYTES, `must be at most ${DATABASE_BYTES} bytes long`],
  [
    (text) => /^(local|config)$/i.test(text),
    'must not be `local` or `config`: MongoDB keeps its own data there',
  ],
);

export const parseAuthSource = (answer: unknown): Parsed<string> =>
  answer === '$external'
    ? { problem: 'must be a database; for LDAP, Kerberos or X.509 give a whole connection string with --url' }
    : parseDatabase(answer);

export const parseCollection = textWithout(
  [(text) => /[$\0]/.test(text), 'must be a collection name: without $ and null characters'],
  [(text) => /^\.|\.\.|\.$/.test(text), 'must not begin or end with a dot, nor hold two in a row'],
  [
    (text) => /^system\.|\.system\./.test(text),
    'must not be a system collection: MongoDB keeps `system.` to itself',
  ],
  [(text) => byteLength(text) > NAMESPACE_BYTES - 2, `must be at most ${NAMESPACE_BYTES - 2} bytes long`],
);

/** By the parser of URLs, for `node:net` is slow to load; it knows no zones, which no URL may name either. */
const isIPv6 = (address: string): boolean =>
  /^[\da-f:.]*$/i.test(address) && URL.canParse(`http://[${address}]/`);

/** Whether MongoDB takes the two names together. */
export const isNamespaceTooLong = (database: string, collection: string): boolean =>
  byteLength(database) + 1 + byteLength(collection) > NAMESPACE_BYTES;

const HOST =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** A host name or IP address; an IPv6 address comes out in brackets, as it stands in a connection string. */
export function parseHost(answer: unknown): Parsed<string> {
  const text = parseText(answer);
  if ('problem' in text) return text;
  const address = text.value.replace(/^\[(.*)\]$/s, '$1');
  if (isIPv6(address)) return { value: `[${address}]` };
  if (HOST.test(text.value)) return text;
  return {
    problem:
      'must be one host name or IP address, without a scheme, port or path (for several hosts or a socket use --url)',
  };
}

export function parsePort(answer: unknown): Parsed<number> {
  const port = /^\d{1,5}$/.test(textOf(answer)) ? Number(answer) : Number.NaN;
  return port >= 1 && port <= 65_535
    ? { value: port }
    : { problem: 'must be a port: a whole number from 1 to 65535' };
}

/** RFC 6265 has no `:` in it, but browsers take it, and `koa:sess` was the default of koa-session up to 5. */
export const parseCookieName = textWithout(
  [
    (text) => !/^[\w!#$%&'*+.:^`|~-]+$/.test(text),
    "must be a cookie name: letters, digits and ! # $ % & ' * + - . : ^ _ ` | ~ only",
  ],
  [
    (text) => /^__(host|secure)-/i.test(text),
    'must be given without `__Host-` and `__Secure-`: the generated code adds `__Host-` in production',
  ],
  [(text) => text.length > 128, 'must be at most 128 characters long'],
);

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** What a koa-session object, or any object, has of its own, and the example property of the generated code. */
const TAKEN = new Set([
  ...INHERITED,
  ...['isNew', 'length', 'populated', 'maxAge', 'externalKey', 'prototype'],
  ...['save', 'regenerate', 'manuallyCommit', 'commit', 'toJSON', 'then', 'views', 'since'],
]);

const firstOf = (path: string): string => path.split('.', 1).join();

export const parseUserKey = textWithout(
  [
    (text) => !/^[A-Za-z$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(text),
    'must be a property name, or a path of them such as passport.user: letters, digits, _ and $, beginning with a letter (koa-session does not keep what begins with _)',
  ],
  [(text) => TAKEN.has(firstOf(text)), 'must not be a property that the session has already'],
  [
    (text) => text.split('.').some((name) => INHERITED.has(name)),
    'must not be a property that every object has',
  ],
  [(text) => text.length > 128, 'must be at most 128 characters long'],
);

/** Folders that a package manager, git, a build or this program empties or rewrites. */
const FOREIGN_FOLDERS = new Set(['node_modules', '.git', '.koa-mongo-session', 'dist']);
/** Far below what any file system takes, with the names of the files to come. */
const FOLDER_BYTES = 200;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

const isFolderName = (name: string): boolean =>
  /^[\p{L}\p{N}._@+-]+$/u.test(name) && !/^-|^\.{1,2}$|\.$/.test(name) && !WINDOWS_DEVICE.test(name);

/** A folder inside the project, also as Windows writes it; with `/` and neither `.` nor `..` in the outcome. */
export function parseFolder(answer: unknown): Parsed<string> {
  const text = parseText(answer);
  if ('problem' in text) return text;
  if (byteLength(text.value) > FOLDER_BYTES) return { problem: `must be at most ${FOLDER_BYTES} bytes long` };
  const segments = text.value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '').split('/');
  if (!segments.every(isFolderName)) {
    return {
      problem:
        'must be a folder inside the project, such as src/session: names of letters, digits and . _ - @ +, joined by /',
    };
  }
  if (segments.some((name) => FOREIGN_FOLDERS.has(name.toLowerCase()))) {
    return { problem: `must not lie in ${[...FOREIGN_FOLDERS].join(', ')}` };
  }
  return { value: segments.join('/') };
}
