import { oneOf, yesOrNo } from './choices.ts';
import { parseDuration } from './duration.ts';
import type { PackageManager } from './managers.ts';
import { parseUrlText, redactUrl } from './mongodb-url.ts';
import {
  AUTH_SOURCE,
  COLLECTION,
  COOKIE_NAME,
  DATABASE,
  FOLDER,
  HOST,
  parseCollection,
  parseDatabase,
  parseFolder,
  parseHost,
  parsePort,
  type TextRule,
  textBy,
  USER_KEY,
  USERNAME,
} from './names.ts';
import { isOldStore, OLD_STORES, oldCookieName, oldStoreIn, parseOldStore } from './old-stores.ts';
import type { Option } from './option-row.ts';
import type { Parsed } from './parsed.ts';
import type { ProjectFacts } from './project-facts.ts';
import { STYLES } from './styles.ts';
import { PASSPORT, styleIn, suggestDatabase } from './suggestions.ts';

const CONCURRENT_WRITES = {
  merge: 'keep the changes of both, property by property',
  overwrite: 'the last write wins',
  throw: 'the later request fails',
} as const;

const IMPORT_ENDINGS = {
  auto: 'what the tsconfig of the project asks for',
  ts: './store.ts',
  js: './store.js',
  none: './store',
} as const;

const MANAGERS = { npm: 'npm', pnpm: 'pnpm', yarn: 'yarn', bun: 'bun' } as const satisfies Record<
  PackageManager,
  string
>;

/* What belongs together in a row. */

const choice = <const T extends string>(choices: Readonly<Record<T, string>>, parse = oneOf(choices)) =>
  ({ kind: 'choice', choices, parse }) as const;

const text = (rules: readonly TextRule[], parse = textBy(rules)) => ({ kind: 'text', rules, parse }) as const;

const DURATION = { kind: 'duration', parse: parseDuration } as const;

const SWITCH = { kind: 'switch', parse: yesOrNo } as const;

/**
 * The one table of options. Flags, help, questions, checks, the JSON Schema of the answers and the message for a
 * missing answer are all derived from it. Asked in this order, which is also the order of `--help`.
 */
export const OPTIONS = {
  connection: {
    flag: '-c, --connection <style>',
    group: 'Connection',
    help: 'how the app connects',
    ...choice(STYLES),
    offer: ({ packages }) => styleIn(packages) ?? 'url',
    required: true,
    asked: 'always',
    question: 'How does the app connect to MongoDB?',
    label: 'Connection',
    because: ({ packages }) =>
      styleIn(packages) === undefined
        ? undefined
        : `${styleIn(packages) === 'db' ? 'mongodb' : 'mongoose'} is in package.json`,
  },
  url: {
    flag: '--url <url>',
    group: 'Connection',
    help: 'mongodb://… or mongodb+srv://…; credentials go to .env only; /database/collection names both',
    ...text([{ wants: [/^mongodb(?:\+srv)?:\/\//u], says: 'must be a connection string' }], parseUrlText),
    redact: redactUrl,
    offer: (facts) => `mongodb://127.0.0.1:27017/${suggestDatabase(facts)}`,
    required: true,
    styles: ['url'],
    asked: 'always',
    question: 'Connection string',
    hint: 'mongodb://… or mongodb+srv://…; one that holds a password goes to .env and nowhere else.',
  },
  host: {
    flag: '--host <host>',
    group: 'Connection',
    help: 'host name or IP address',
    ...text(HOST, parseHost),
    default: '127.0.0.1',
    styles: ['host'],
    asked: 'always',
    question: 'Host',
  },
  port: {
    flag: '--port <port>',
    group: 'Connection',
    help: 'port',
    kind: 'port',
    parse: parsePort,
    default: 27017,
    styles: ['host'],
    asked: 'always',
    question: 'Port',
  },
  db: {
    flag: '--db <name>',
    group: 'Connection',
    help: 'database; with --url, only if the URL names none',
    ...text(DATABASE, parseDatabase),
    offer: suggestDatabase,
    required: true,
    styles: ['host', 'url'],
    asked: 'always',
    question: 'Database',
  },
  username: {
    flag: '--username <name>',
    group: 'Connection',
    help: 'user to log in as; its password is read from MONGODB_PASSWORD',
    ...text(USERNAME),
    optional: true,
    styles: ['host'],
    asked: 'always',
    question: 'User name',
    hint: '- for none. The password is read from MONGODB_PASSWORD.',
  },
  authSource: {
    flag: '--auth-source <db>',
    group: 'Connection',
    help: 'database in which the user is defined',
    ...text(AUTH_SOURCE),
    default: 'admin',
    styles: ['host'],
    asked: 'always',
    question: 'Database in which the user is defined',
  },
  tls: {
    flag: '--tls',
    group: 'Connection',
    help: 'connect with TLS',
    ...SWITCH,
    default: false,
    styles: ['host'],
    asked: 'always',
    question: 'Connect with TLS?',
    label: 'TLS',
  },
  autoReconnect: {
    flag: '--auto-reconnect',
    group: 'Connection',
    help: 'accepted for old scripts; the driver always reconnects',
    kind: 'switch',
    takes: true,
    parse: (answer) =>
      answer === true ? { value: true } : { problem: 'cannot be turned off: the driver always reconnects' },
    asked: 'never',
    question: '',
  },
  adopt: {
    flag: '--adopt <store>',
    group: 'Sessions',
    help: 'continue the sessions of another store: each is taken over when its cookie arrives',
    ...choice(OLD_STORES, parseOldStore),
    suspect: ({ isFirstRun, packages }) => (isFirstRun ? oldStoreIn(packages) : undefined),
    optional: true,
    asked: 'always',
    question: 'Continue the sessions of another store?',
    label: 'Store to continue',
  },
  adoptCollection: {
    flag: '--adopt-collection <name>',
    group: 'Sessions',
    help: 'with --adopt, where the other store kept its sessions',
    ...text(COLLECTION, parseCollection),
    default: 'sessions',
    asked: 'always',
    question: 'Collection of the other store',
  },
  collection: {
    flag: '--collection <name>',
    group: 'Sessions',
    help: 'collection of the sessions; koa_sessions with --adopt',
    ...text(COLLECTION, parseCollection),
    default: 'sessions',
    offer: (_, { adopt }) => (isOldStore(adopt) ? 'koa_sessions' : undefined),
    asked: 'always',
    question: 'Collection of the sessions',
  },
  ttl: {
    flag: '--ttl <duration>',
    group: 'Sessions',
    help: 'a session ends this long after its last use (without --rolling, up to half of it earlier): seconds, or 90m, 12h, 14d, 2w',
    ...DURATION,
    default: '14d',
    asked: 'always',
    question: 'A session ends this long after its last use',
    label: 'TTL',
    hint: 'The TTL, such as 12h, 14d or 2w; a number alone is in seconds. Without rolling sessions, up to half of it earlier.',
  },
  absoluteTtl: {
    flag: '--absolute-ttl <duration>',
    group: 'Sessions',
    help: 'a session ends this long after it began, however active',
    ...DURATION,
    optional: true,
    asked: 'advanced',
    question: 'A session ends this long after it began, however active',
    hint: 'Such as 12h or 30d; - for none.',
    label: 'Absolute lifetime',
  },
  rolling: {
    flag: '--rolling',
    group: 'Sessions',
    help: 'each response renews the cookie and the session',
    ...SWITCH,
    default: false,
    asked: 'advanced',
    question: 'Renew the cookie and the session with each response?',
    label: 'Rolling sessions',
  },
  touchAfter: {
    flag: '--touch-after <duration>',
    group: 'Sessions',
    help: 'with --rolling, an unchanged session is renewed at most this often',
    ...DURATION,
    optional: true,
    asked: 'advanced',
    question: 'An unchanged session is renewed at most this often',
    hint: 'Such as 5m or 1h, for fewer writes; - for none.',
    label: 'Interval of renewal',
    needs: 'rolling',
  },
  userKey: {
    flag: '--user-key <path>',
    group: 'Sessions',
    help: 'session property that names its user, such as userId or passport.user: an index, "log out everywhere", a device list',
    ...text(USER_KEY),
    optional: true,
    asked: 'advanced',
    question: 'Session property that names its user',
    because: ({ packages }) =>
      packages[PASSPORT] === undefined ? undefined : `${PASSPORT} keeps the user at passport.user`,
    hint: 'Such as userId, for "log out everywhere" and a list of devices; - for none.',
    label: 'User of a session',
  },
  encrypt: {
    flag: '--encrypt',
    group: 'Sessions',
    help: 'encrypt the payload at rest, with keys from SESSION_ENCRYPTION_KEYS',
    ...SWITCH,
    default: false,
    asked: 'advanced',
    question: 'Encrypt the payload at rest?',
    label: 'Encryption at rest',
  },
  onConcurrentWrite: {
    flag: '--on-concurrent-write <policy>',
    group: 'Sessions',
    help: 'when two requests change one session',
    ...choice(CONCURRENT_WRITES),
    default: 'merge',
    asked: 'advanced',
    question: 'When two requests change one session',
    label: 'Concurrent writes',
  },
  cookieName: {
    flag: '--cookie-name <name>',
    group: 'Sessions',
    help: 'name of the cookie, which gets the prefix `__Host-` in production; with --adopt, its old name',
    ...text(COOKIE_NAME),
    default: 'koa.sess',
    offer: (facts, { adopt }) => (isOldStore(adopt) ? oldCookieName(adopt, facts) : undefined),
    asked: 'advanced',
    question: 'Name of the cookie',
    hint: 'In production, it gets the prefix `__Host-`.',
    label: 'Cookie name',
  },
  legacyCookie: {
    flag: '--legacy-cookie',
    group: 'Sessions',
    help: 'no `__Host-` prefix, and SHA-1 signatures are accepted, too: --adopt turns it on, and it stays on afterwards',
    ...SWITCH,
    default: false,
    asked: 'never',
    question: '',
  },
  dir: {
    flag: '--dir <path>',
    group: 'Project',
    help: 'folder of the session files, inside the project (default: src/session, or where the sources are)',
    ...text(FOLDER, parseFolder),
    offer: ({ sourceFolder }) => `${sourceFolder}/session`,
    asked: 'advanced',
    question: 'Folder of the session files',
    label: 'Folder',
  },
  importExtension: {
    flag: '--import-extension <kind>',
    group: 'Project',
    help: 'how imports end',
    ...choice(IMPORT_ENDINGS),
    default: 'auto',
    asked: 'advanced',
    question: 'How do imports end?',
    label: 'Imports',
  },
  app: {
    flag: '--app',
    group: 'Project',
    help: 'write an app, a server and a test, too (default: in a new project)',
    ...SWITCH,
    offer: ({ kind }) => kind === 'new',
    asked: 'advanced',
    question: 'Write an app, a server and a test, too?',
    label: 'App, server and test',
  },
  mount: {
    flag: '--mount',
    group: 'Project',
    help: 'also edit the file that has `new Koa()`, if the place is certain',
    ...SWITCH,
    default: false,
    asked: 'never',
    question: '',
  },
  install: {
    flag: '--install',
    group: 'Project',
    help: 'install the packages afterwards (default: asked at a terminal, otherwise not)',
    ...SWITCH,
    asked: 'never',
    question: 'Install the packages now',
  },
  packageManager: {
    flag: '--package-manager <name>',
    group: 'Project',
    help: 'what installs (default: that of the project, else the one that started this program)',
    ...choice(MANAGERS),
    offer: ({ packageManager }) => packageManager,
    asked: 'advanced',
    question: 'Package manager',
  },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

/** Answers from flags, file, saved state or prompts, not checked yet. `null` turns an optional answer off. */
export type Answers = { readonly [K in OptionName]?: unknown };

type ValueOf<O> = O extends { readonly parse: (answer: unknown) => Parsed<infer T> } ? T : never;

/** The values of the given answers that obey their rules. */
export type Values = { readonly [K in OptionName]?: ValueOf<(typeof OPTIONS)[K]> };

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

export const isOptionName = (name: string): name is OptionName => Object.hasOwn(OPTIONS, name);

/**
 * Have to be given in each run: the contents of a repository must not start a program. The package manager is saved,
 * but only for a project that names none.
 */
const FORGOTTEN: ReadonlySet<OptionName> = new Set(['autoReconnect', 'mount', 'install', 'packageManager']);

export const isRemembered = (name: OptionName): boolean => !FORGOTTEN.has(name);

/** The answer that is used if none was given. */
export const fallback = ({ default: fixed, offer }: Option, facts: ProjectFacts, answers: Answers) =>
  offer?.(facts, answers) ?? fixed;

/** The row, with the optional fields. */
export const optionOf = (name: OptionName): Option => OPTIONS[name];
