import { MAX_PORT, parseCollection, parseDatabase, parseHost, parsePort } from './names.ts';
import type { Parsed } from './parsed.ts';

/** A connection string, split as text, so that it can be reassembled exactly. */
interface UrlParts {
  /** `mongodb://` or `mongodb+srv://`. */
  readonly scheme: string;
  /** `user:password`, percent-encoded. */
  readonly userinfo: string | undefined;
  readonly hosts: string;
  /** The path split at `/`, percent-encoded: the database, and in the legacy form the collection. */
  readonly path: readonly string[];
  /** `name=value` pairs. */
  readonly query: readonly string[];
}

/** The parts of a connection string: without secrets for the program, with them for `.env`. */
export interface MongoUrl {
  /** Without credentials, and without the legacy collection segment. */
  readonly shown: string;
  /** The complete string without the legacy collection segment; `undefined` if it has no credentials. */
  readonly secret: string | undefined;
  readonly database: string | undefined;
  readonly collection: string | undefined;
}

/** The driver treats everything before the first `@`, at any place, as a login. */
const PARTS =
  /^(?<scheme>mongodb(?:\+srv)?:\/\/)(?:(?<userinfo>[^@]*)@|(?![^@]*@))(?<hosts>[^/?#@]+)(?:\/(?<path>[^?#@]*))?(?:\?(?<query>[^#]*))?$/;

const FORM =
  'must be a MongoDB connection string, mongodb://[user:password@]host[:port][,host…]/database[?options] or mongodb+srv://…; percent-encode : / ? # [ ] @ % and spaces in user and password';

const REMOVED_OPTIONS = new Set([
  ...['auto_reconnect', 'autoreconnect', 'usenewurlparser', 'useunifiedtopology', 'poolsize', 'keepalive'],
  'sslpass',
]);

/** Options whose value is or may contain a secret, also those that the driver does not know. */
const SECRET_OPTION = /pass|pwd|secret|token|proxyusername|authmechanismproperties/;

/** As the driver reads the pair: it accepts names in any case, also percent-encoded. */
function readOption(pair: string): { readonly name: string; readonly value: string } {
  const [[name, value] = ['', '']] = [...new URLSearchParams(pair)];
  return { name: name.toLowerCase(), value };
}

const optionName = (pair: string): string => readOption(pair).name;

/** Undefined for what is no connection string. The plain pattern comes first, as in the rules for texts. */
function splitUrl(url: unknown): UrlParts | undefined {
  if (typeof url !== 'string' || !(/^[!-~]*$/.test(url) || /^[^\s\p{C}]*$/u.test(url))) return undefined;
  const groups = PARTS.exec(url)?.groups;
  if (!groups) return undefined;
  return {
    scheme: groups.scheme ?? '',
    userinfo: groups.userinfo,
    hosts: groups.hosts ?? '',
    path: groups.path?.replace(/\/$/, '').split('/') ?? [],
    query: groups.query?.split('&').filter(Boolean) ?? [],
  };
}

function joinUrl({ scheme, userinfo, hosts, path: [database = ''], query }: UrlParts): string {
  const login = userinfo === undefined ? '' : `${userinfo}@`;
  const options = query.length === 0 ? '' : `?${query.join('&')}`;
  return `${scheme}${login}${hosts}/${database}${options}`;
}

/** Whether the string names a database and, in the legacy form, a collection; both false for an invalid string. */
export function namesInUrl(url: unknown): { readonly database: boolean; readonly collection: boolean } {
  const [database = '', collection = ''] = splitUrl(url)?.path ?? [];
  return { database: database !== '', collection: collection !== '' };
}

/** Where the sessions of a connection string are. */
export interface SessionsPlace {
  /** With their ports; for `mongodb+srv`, the name that is looked up. */
  readonly hosts: readonly string[];
  readonly database: string;
}

/** Undefined for what is no connection string. */
export function sessionsPlaceIn(url: unknown): SessionsPlace | undefined {
  const parts = splitUrl(url);
  if (!parts) return undefined;
  const port = parts.scheme === 'mongodb://' ? ':27017' : '';
  const hosts = parts.hosts
    .toLowerCase()
    .split(',')
    .map((host) => (/:\d+$/.test(host) || host.endsWith('.sock') ? host : `${host}${port}`))
    .map((host) => host.replace(/^localhost(?=:)/, '127.0.0.1'));
  return { hosts, database: decoded(parts.path[0] ?? '') };
}

/** For messages and commands to copy: the string without secrets, or a placeholder if it is invalid. */
export function redactUrl(url: unknown): string {
  const parts = splitUrl(url);
  if (!parts || hostProblem(parts.hosts.split(',')) !== undefined) return 'mongodb://…';
  const userinfo = parts.userinfo === undefined ? undefined : '<credentials>';
  const query = parts.query.filter((pair) => !SECRET_OPTION.test(optionName(pair)));
  const [, collection = ''] = parts.path;
  const [base = '', options = ''] = joinUrl({ ...parts, userinfo, query }).split(/(?=\?)/);
  return base + (collection && `/${collection}`) + options;
}

function hostProblem(hosts: readonly string[]): string | undefined {
  for (const each of hosts) {
    if (/^%2f.*\.sock$/i.test(each)) continue;
    const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(each) ?? [];
    if ('problem' in parseHost(host)) return 'must name its hosts as host or host:port, joined by commas';
    if (port !== undefined && 'problem' in parsePort(port)) return `must have ports from 1 to ${MAX_PORT}`;
  }
  return undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function nameProblem([database = '', collection = '', ...rest]: readonly string[]): string | undefined {
  if (rest.length > 0) return 'must have at most two names after the hosts: /database/collection';
  if (database === '' && collection !== '') return 'must name a database before the collection';
  for (const [what, name, parse] of [
    ['database', database, parseDatabase],
    ['collection', collection, parseCollection],
  ] as const) {
    if (name === '') continue;
    const text = decoded(name);
    if (text === '') return `its ${what} must be percent-encoded UTF-8, with %25 for a percent sign`;
    const parsed = parse(text);
    if ('problem' in parsed) return `its ${what} ${parsed.problem}`;
  }
  return undefined;
}

function optionProblem(query: readonly string[]): string | undefined {
  const removed = query.find((pair) => REMOVED_OPTIONS.has(optionName(pair)));
  if (removed !== undefined) {
    return `must not set ${removed.replace(/=.*$/s, '')}, which the MongoDB driver no longer has`;
  }
  const options = query.map(readOption);
  const once = options.map(({ name }) => name).filter((name) => name !== 'readpreferencetags');
  // An apparent option name may be the end of a secret that contains an unescaped `&`.
  if (new Set(once).size < once.length) return 'must not set an option twice';
  const tls = options.filter(({ name }) => name === 'tls' || name === 'ssl').map(({ value }) => value);
  return new Set(tls).size > 1 ? 'must not set tls and ssl to different values' : undefined;
}

/** A user name and maybe a password. The separators of a URL are percent-encoded in both. */
const LOGIN = /^[^:/?#[\]]+(?::[^:/?#[\]]*)?$/;

/** As in the strings that Atlas shows, and in the commands that this program prints. */
const PLACEHOLDER = /<[\w-]+>/;

/** Other rules of the driver, besides those for hosts and names. */
function formProblem({ scheme, userinfo, hosts }: UrlParts): string | undefined {
  if (userinfo !== undefined && PLACEHOLDER.test(userinfo))
    return 'must have your user and password in the place of what is in < >';
  // The name is looked up in DNS, which returns all hosts and ports.
  if (scheme === 'mongodb+srv://' && /[,:]/.test(hosts))
    return 'must have one host and no port with mongodb+srv';
  const isLogin = userinfo === undefined || (LOGIN.test(userinfo) && decoded(userinfo) !== '');
  return isLogin ? undefined : FORM;
}

/**
 * The driver authenticates against `admin` if the string has no database. After a database is inserted, it would
 * authenticate against that one, unless `authSource` is set.
 */
function withDatabase(parts: UrlParts, database: string | undefined): UrlParts {
  const [inUrl = ''] = parts.path;
  if (inUrl !== '' || database === undefined) return parts;
  const named = { ...parts, path: [encodeURIComponent(database)] };
  const tellsSource = parts.query.some((pair) => optionName(pair) === 'authsource');
  if (parts.userinfo === undefined || tellsSource) return named;
  return { ...named, query: [...parts.query, 'authSource=admin'] };
}

/** @param database inserted if the string names none */
export function parseMongoUrl(url: unknown, database: string | undefined): Parsed<MongoUrl> {
  const parts = splitUrl(url);
  if (!parts) return { problem: FORM };
  const problem =
    hostProblem(parts.hosts.split(',')) ??
    nameProblem(parts.path) ??
    optionProblem(parts.query) ??
    formProblem(parts);
  if (problem !== undefined) return { problem };

  const whole = withDatabase(parts, database);
  const query = whole.query.filter((pair) => !SECRET_OPTION.test(optionName(pair)));
  const isSecret = whole.userinfo !== undefined || query.length < whole.query.length;
  const [inUrl = '', collection = ''] = whole.path;
  return {
    value: {
      // Without a login, an `@` of an option would end one.
      shown: joinUrl({ ...whole, userinfo: undefined, query }).replaceAll('@', '%40'),
      secret: isSecret ? joinUrl(whole) : undefined,
      database: inUrl === '' ? undefined : decodeURIComponent(inUrl),
      collection: collection === '' ? undefined : decodeURIComponent(collection),
    },
  };
}

export const parseUrlText = (answer: unknown): Parsed<string> =>
  typeof answer === 'string' && answer !== ''
    ? { value: answer }
    : { problem: 'must be a connection string' };
