import { type Parsed, textOf } from './parsed.ts';

/** The rules of MongoDB, HTTP, koa-session and module loading for names that the user chooses. */

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** MongoDB's limit for `database.collection`, in bytes. */
export const NAMESPACE_BYTES = 255;
const DATABASE_BYTES = 63;

/**
 * A rule for a text: patterns of which it must match one, a pattern that it must not match, or its maximum length in
 * UTF-8.
 */
export type TextRule =
  | { readonly wants: readonly RegExp[]; readonly says: string }
  | { readonly forbids: RegExp; readonly says: string }
  | { readonly bytes: number };

const breaks = (text: string, rule: TextRule): boolean => {
  if ('bytes' in rule) return byteLength(text) > rule.bytes;
  return 'wants' in rule ? !rule.wants.some((pattern) => pattern.test(text)) : rule.forbids.test(text);
};

const ruleText = (rule: TextRule): string =>
  'bytes' in rule ? `must be at most ${rule.bytes} bytes long` : rule.says;

/** For every text. A lone surrogate has no UTF-8 form, so it would be read back as another character. */
export const ANY_TEXT: readonly TextRule[] = [
  { forbids: /^$/u, says: 'must not be empty' },
  // Plain text first: V8 reads the tables of Unicode whenever it compiles a pattern with a Unicode class.
  { wants: [/^[ -~]*$/u, /^\P{Cs}*$/u], says: 'must be well-formed Unicode' },
];

/** The unchanged text, if it breaks none of the rules. */
export function textBy(rules: readonly TextRule[]) {
  return (answer: unknown): Parsed<string> => {
    if (typeof answer !== 'string') return { problem: 'must be a string' };
    const broken = [...ANY_TEXT, ...rules].find((rule) => breaks(answer, rule));
    return broken ? { problem: ruleText(broken) } : { value: answer };
  };
}

/** A pattern for the word in any case, since the patterns of a JSON Schema have no flag for that. */
const inAnyCase = (word: string): string =>
  word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`).replaceAll('.', '\\.');

export const USERNAME: readonly TextRule[] = [
  { forbids: /\0|:\/\//u, says: 'must not contain :// or a null character' },
];

export const DATABASE: readonly TextRule[] = [
  {
    forbids: /[/\\. "$*<>:|?\0]/u,
    says: 'must be a database name: without / \\ . " $ * < > : | ?, a space or a null character',
  },
  { bytes: DATABASE_BYTES },
  {
    forbids: new RegExp(`^(?:${inAnyCase('local')}|${inAnyCase('config')})$`, 'u'),
    says: 'must not be `local` or `config`: MongoDB keeps its own data there',
  },
];
export const parseDatabase = textBy(DATABASE);

export const AUTH_SOURCE: readonly TextRule[] = [
  {
    forbids: /^\$external$/u,
    says: 'must be a database; for LDAP, Kerberos or X.509 give a whole connection string with --url',
  },
  ...DATABASE,
];

export const COLLECTION: readonly TextRule[] = [
  { forbids: /[$\0]|:\/\//u, says: 'must be a collection name: without $, :// and null characters' },
  { forbids: /^\.|\.\.|\.$/u, says: 'must not begin or end with a dot, or contain two in a row' },
  {
    forbids: /^system\.|\.system\./u,
    says: 'must not be a system collection: MongoDB reserves `system.`',
  },
  { bytes: NAMESPACE_BYTES - 2 },
];
export const parseCollection = textBy(COLLECTION);

/** Whether MongoDB accepts the two names together. */
export const isNamespaceTooLong = (database: string, collection: string): boolean =>
  byteLength(database) + 1 + byteLength(collection) > NAMESPACE_BYTES;

const LABEL = '[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?';

const HOST_RULE =
  'must be one host name or IP address, without a scheme, port or path (for several hosts or a socket use --url)';

/** A text with a colon may be an IPv6 address; `parseHost` checks whether it is one. */
export const HOST: readonly TextRule[] = [
  {
    wants: [
      new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`, 'u'),
      /^\[?[0-9a-fA-F.]*:[0-9a-fA-F:.]*\]?$/u,
    ],
    says: HOST_RULE,
  },
];
const parseHostText = textBy(HOST);

/** A host name or IP address; an IPv6 address is returned in brackets, as in a connection string. */
export function parseHost(answer: unknown): Parsed<string> {
  const text = parseHostText(answer);
  if ('problem' in text || !text.value.includes(':')) return text;
  const address = text.value.startsWith('[') ? text.value : `[${text.value}]`;
  return URL.canParse(`http://${address}`) ? { value: address } : { problem: HOST_RULE };
}

export const MAX_PORT = 65_535;

export function parsePort(answer: unknown): Parsed<number> {
  const port = /^\d{1,5}$/.test(textOf(answer)) ? Number(answer) : Number.NaN;
  return port >= 1 && port <= MAX_PORT
    ? { value: port }
    : { problem: `must be a port: a whole number from 1 to ${MAX_PORT}` };
}

/** RFC 6265 does not allow `:`, but browsers accept it, and `koa:sess` was the default of koa-session up to 5. */
export const COOKIE_NAME: readonly TextRule[] = [
  {
    wants: [/^[\w!#$%&'*+.:^`|~-]+$/u],
    says: "must be a cookie name: letters, digits and ! # $ % & ' * + - . : ^ _ ` | ~ only",
  },
  {
    forbids: new RegExp(`^__(?:${inAnyCase('host')}|${inAnyCase('secure')})-`, 'u'),
    says: 'must be given without `__Host-` and `__Secure-`: the generated code adds `__Host-` in production',
  },
  { bytes: 128 },
];

const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/** Properties of koa-session objects, and the example properties of the generated code. */
const TAKEN_PROPERTIES = [
  ...['isNew', 'length', 'populated', 'maxAge', 'externalKey', 'prototype'],
  ...['save', 'regenerate', 'manuallyCommit', 'commit', 'toJSON', 'then', 'views', 'since'],
];

export const USER_KEY: readonly TextRule[] = [
  {
    wants: [/^(?!ctx\.|session\.)[A-Za-z$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/u],
    says: 'must be a property name, or a path of them such as passport.user, without ctx.session: letters, digits, _ and $, beginning with a letter (koa-session does not keep what begins with _)',
  },
  {
    forbids: new RegExp(`^(?:${TAKEN_PROPERTIES.join('|')})(?:\\.|$)`, 'u'),
    says: 'must not be a property that the session has already',
  },
  {
    forbids: new RegExp(`(?:^|\\.)(?:${INHERITED.join('|')})(?:\\.|$)`, 'u'),
    says: 'must not be a property that every object has',
  },
  { bytes: 128 },
];

/** Folders that a package manager, git, a build or this program empties or rewrites. */
const FOREIGN_FOLDERS = ['node_modules', '.git', '.koa-mongo-session', 'dist'];
const END = '(?=[/\\\\]|$)';
const WINDOWS_DEVICE = `(?:${['con', 'prn', 'aux', 'nul'].map(inAnyCase).join('|')}|(?:${inAnyCase('com')}|${inAnyCase('lpt')})[0-9])`;
const folderPattern = (letters: string): RegExp =>
  new RegExp(`^(?:\\.[/\\\\])?(?:(?!-|\\.{1,2}${END})[${letters}._@+-]+(?<!\\.)(?:[/\\\\]|$))+$`, 'u');

export const FOLDER: readonly TextRule[] = [
  // Far below the limit of any file system, so that file names still fit.
  { bytes: 200 },
  {
    wants: [folderPattern('a-zA-Z0-9'), folderPattern('\\p{L}\\p{N}')],
    says: 'must be a folder inside the project, such as src/session: names of letters, digits and . _ - @ +, joined by /',
  },
  {
    forbids: new RegExp(`(?:^|[/\\\\])${WINDOWS_DEVICE}(?:\\.|${END})`, 'u'),
    says: 'must not have a name that Windows reserves for a device, such as aux or con',
  },
  {
    forbids: new RegExp(`(?:^|[/\\\\])(?:${FOREIGN_FOLDERS.map(inAnyCase).join('|')})${END}`, 'u'),
    says: `must not be in ${FOREIGN_FOLDERS.join(', ')}`,
  },
];
const parseFolderText = textBy(FOLDER);

/** A folder inside the project, also with Windows separators; the result has `/`, without `.` and `..`. */
export function parseFolder(answer: unknown): Parsed<string> {
  const text = parseFolderText(answer);
  if ('problem' in text) return text;
  return { value: text.value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '') };
}
