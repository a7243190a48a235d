import { parseCollection, parseDatabase, parseHost, parsePort } from './names.ts';
import type { Parsed } from './parsed.ts';

/** A connection string, taken apart as text, so that it can be put together again character by character. */
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

/** What a connection string says, for the parts of the program that may know no secret, and for `.env`. */
export interface MongoUrl {
  /** Without credentials, and without the legacy collection segment. */
  readonly shown: string;
  /** The whole of it without the legacy collection segment; `undefined` when it holds no credentials. */
  readonly secret: string | undefined;
  readonly database: string | undefined;
  readonly collection: string | undefined;
}

/** What is before the first `@`, wherever that is, is a login to the driver. */
const PARTS =
  /^(?<scheme>mongodb(?:\+srv)?:\/\/)(?:(?<userinfo>[^@]*)@|(?![^@]*@))(?<hosts>[^/?#@]+)(?:\/(?<path>[^?#@]*))?(?:\?(?<query>[^#]*))?$/;

const FORM =
  'must be a MongoDB connection string, mongodb://[user:password@]host[:port][,host…]/database[?options] or mongodb+srv://…, with : / ? # [ ] @ % and spaces percent-encoded in the user name and password';

const REMOVED_OPTIONS = new Set([
  ...['auto_reconnect', 'autoreconnect', 'usenewurlparser', 'useunifiedtopology', 'poolsize', 'keepalive'],
]);

/** Options whose value is a secret, or may hold one. */
const SECRET_OPTIONS = new Set([
  ...['tlscertificatekeyfilepassword', 'proxyusername', 'proxypassword', 'authmechanismproperties'],
]);

/** As the driver reads the pair, which takes names in any case and percent-encoded ones, too. */
function readOption(pair: string): { readonly name: string; readonly value: string } {
  const [[name, value] = ['', '']] = [...new URLSearchParams(pair)];
  return { name: name.toLowerCase(), value };
}

const optionName = (pair: string): string => readOption(pair).name;

function splitUrl(url: string): UrlParts | undefined {
  const groups = PARTS.exec(url)?.groups;
  if (!groups || /[\s\p{C}]/u.test(url)) return undefined;
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

/** Whether the string names a database and, in the legacy form, a collection; false for both of what is no such string. */
export function namesIn(url: unknown): { readonly database: boolean; readonly collection: boolean } {
  const [database = '', collection = ''] = (typeof url === 'string' && splitUrl(url)?.path) || [];
  return { database: database !== '', collection: collection !== '' };
}

/** For messages and commands to copy: the string without what it must not show, or a placeholder for one that is none. */
export function redactUrl(url: unknown): string {
  const parts = typeof url === 'string' ? splitUrl(url) : undefined;
  if (!parts || hostProblem(parts.hosts.split(',')) !== undefined) return 'mongodb://…';
  const userinfo = parts.userinfo === undefined ? undefined : '<credentials>';
  const query = parts.query.filter((pair) => !SECRET_OPTIONS.has(optionName(pair)));
  const [, collection = ''] = parts.path;
  const [base = '', options = ''] = joinUrl({ ...parts, userinfo, query }).split(/(?=\?)/);
  return base + (collection && `/${collection}`) + options;
}

function hostProblem(hosts: readonly string[]): string | undefined {
  for (const each of hosts) {
    if (/^%2f.*\.sock$/i.test(each)) continue;
    const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(each) ?? [];
    if ('problem' in parseHost(host)) return 'must name its hosts as host or host:port, joined by commas';
    if (port !== undefined && 'problem' in parsePort(port)) return 'must have ports from 1 to 65535';
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
  const inDatabase = database === '' ? undefined : parseDatabase(decoded(database));
  if (inDatabase && 'problem' in inDatabase) return `its database ${inDatabase.problem}`;
  const inCollection = collection === '' ? undefined : parseCollection(decoded(collection));
  if (inCollection && 'problem' in inCollection) return `its collection ${inCollection.problem}`;
  return undefined;
}

function optionProblem(query: readonly string[]): string | undefined {
  const removed = query.find((pair) => REMOVED_OPTIONS.has(optionName(pair)));
  if (removed !== undefined) {
    return `must not set ${removed.replace(/=.*$/s, '')}, which the MongoDB driver no longer has`;
  }
  const options = query.map(readOption);
  const once = options.map(({ name }) => name).filter((name) => name !== 'readpreferencetags');
  // What looks like a name may be the end of a secret with an unescaped `&` in it.
  if (new Set(once).size < once.length) return 'must not set an option twice';
  const tls = options.filter(({ name }) => name === 'tls' || name === 'ssl').map(({ value }) => value);
  return new Set(tls).size > 1 ? 'must not set tls and ssl to different values' : undefined;
}

/** A user name and maybe a password. What separates the parts of a URL is percent-encoded in both. */
const LOGIN = /^[^:/?#[\]]+(?::[^:/?#[\]]*)?$/;

/** What the driver refuses beyond its hosts and names. */
function formProblem({ scheme, userinfo, hosts }: UrlParts): string | undefined {
  const isLogin = userinfo === undefined || (LOGIN.test(userinfo) && decoded(userinfo) !== '');
  // The name that is looked up stands for all hosts and ports.
  const isOneName = scheme === 'mongodb://' || !/[,:]/.test(hosts);
  return isLogin && isOneName ? undefined : FORM;
}

/**
 * The credentials of a string without a database are checked against `admin`; once a database is put in, the driver
 * would check them against that, unless told.
 */
function withDatabase(parts: UrlParts, database: string | undefined): UrlParts {
  const [inUrl = ''] = parts.path;
  if (inUrl !== '' || database === undefined) return parts;
  const named = { ...parts, path: [encodeURIComponent(database)] };
  const tellsSource = parts.query.some((pair) => optionName(pair) === 'authsource');
  if (parts.userinfo === undefined || tellsSource) return named;
  return { ...named, query: [...parts.query, 'authSource=admin'] };
}

/** @param database put in where the string names none */
export function parseMongoUrl(url: unknown, database: string | undefined): Parsed<MongoUrl> {
  const parts = typeof url === 'string' ? splitUrl(url) : undefined;
  if (!parts) return { problem: FORM };
  const problem =
    hostProblem(parts.hosts.split(',')) ??
    nameProblem(parts.path) ??
    optionProblem(parts.query) ??
    formProblem(parts);
  if (problem !== undefined) return { problem };

  const whole = withDatabase(parts, database);
  const query = whole.query.filter((pair) => !SECRET_OPTIONS.has(optionName(pair)));
  const isSecret = whole.userinfo !== undefined || query.length < whole.query.length;
  const [inUrl = '', collection = ''] = whole.path;
  return {
    value: {
      shown: joinUrl({ ...whole, userinfo: undefined, query }),
      secret: isSecret ? joinUrl(whole) : undefined,
      database: inUrl === '' ? undefined : decodeURIComponent(inUrl),
      collection: collection === '' ? undefined : decodeURIComponent(collection),
    },
  };
}
