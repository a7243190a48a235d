import { parseDuration } from './duration.ts';
import type { PackageManager } from './managers.ts';
import { redactUrl } from './mongodb-url.ts';
import {
  AUTH_SOURCE,
  COLLECTION,
  COOKIE_NAME,
  DATABASE,
  FOLDER,
  HOST,
  parseAuthSource,
  parseCollection,
  parseCookieName,
  parseDatabase,
  parseFolder,
  parseHost,
  parsePort,
  parseUserKey,
  parseUsername,
  type TextRule,
  USER_KEY,
  USERNAME,
} from './names.ts';
import { isOldStore, OLD_STORES, oldCookieName, oldStoreIn, parseOldStore } from './old-stores.ts';
import type { Parsed } from './parsed.ts';
import { type ConnectionStyle, STYLES } from './styles.ts';

/**
 * The one table of options. Flags, help, questions, checks, the JSON Schema of the answers and the message for a
 * missing answer are all derived from it.
 */

/** What is known about the project before the questions. */
export interface ProjectFacts {
  /** `new` if this program created it: its tsconfig and README are then also generated. */
  readonly kind: 'new' | 'existing';
  readonly name: string;
  /** How the project's imports end, by its tsconfig. */
  readonly importExtension: 'ts' | 'js' | 'none';
  /** The one that the project or its workspace uses, otherwise the one that started this program. */
  readonly packageManager: PackageManager;
  /** The folder of its sources, by its tsconfig. */
  readonly sourceFolder: string;
  /** The version range of each package that its package.json names. */
  readonly packages: Readonly<Record<string, string>>;
  readonly language: Language;
  readonly modules: ModuleKind;
  /** Whether an earlier run added the properties of the sample app to SessionData: sources may use them. */
  readonly hadSamples: boolean;
  /** Development packages that the workspace provides, such as its compiler. */
  readonly inherited: readonly string[];
  /** The collection that the previous run used; undefined on the first. */
  readonly collectionBefore: string | undefined;
  /** Whether the migration script of the previous run could copy sessions from another collection. */
  readonly couldCopy: boolean;
  /** Existing files that this program would write in a new project. */
  readonly kept: readonly KeptFile[];
  readonly isFirstRun: boolean;
}

/** `javascript-in-editor`: checked by a jsconfig.json, or by a tsconfig.json that emits nothing. */
export type Language = 'typescript' | 'javascript' | 'javascript-in-editor';
/** `unspecified`: CommonJS, unless a file has the syntax of an ES module. */
export type ModuleKind = 'esm' | 'commonjs' | 'unspecified';

/** Files that a new project gets, but that are kept if they exist. */
export const KEPT_FILES = {
  readme: ['README.md', 'README', 'readme.md', 'Readme.md', 'README.markdown', 'README.rst', 'README.txt'],
  tsconfig: ['tsconfig.json'],
  yarnrc: ['.yarnrc.yml'],
  'env-example': ['.env.example'],
  // Docker uses the first of these that it finds.
  compose: ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type KeptFile = keyof typeof KEPT_FILES;

type Kind = 'choice' | 'text' | 'duration' | 'port' | 'switch';

/** Its session property is known. */
export const PASSPORT = 'koa-passport';

interface Flag {
  /** As commander reads it. */
  readonly flag: string;
  readonly group: 'Connection' | 'Sessions' | 'Project' | 'This run';
  readonly help: string;
}

export interface Option<T = unknown> extends Flag {
  readonly kind: Kind;
  readonly parse: (answer: unknown) => Parsed<T>;
  /** For a text: the checks of `parse`, as far as patterns can express them. */
  readonly rules?: readonly TextRule[];
  /** For a switch: the only accepted answer. */
  readonly takes?: boolean;
  /** Value → what it means. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Used if no answer is given. Written as an answer, so that it can be shown. */
  readonly default?: string | number | boolean;
  /** A default that depends on the project, or on the adopted store; takes precedence over `default`. */
  readonly offer?: (
    facts: ProjectFacts,
    answers: { readonly adopt?: unknown },
  ) => string | boolean | undefined;
  /** The question is asked only if this returns an answer, which it then suggests. `--yes` does not use it. */
  readonly suspect?: (facts: ProjectFacts) => string | undefined;
  /** `offer` is only used as a suggestion and by `--yes`; otherwise, the answer is missing. */
  readonly required?: true;
  /** May be left out, and turned off by `--no-…` or, in JSON, `null`. */
  readonly optional?: true;
  /** How an answer that may hold a secret is shown. */
  readonly redact?: (answer: unknown) => string;
  /** The connection styles that it belongs to; all by default. */
  readonly styles?: readonly ConnectionStyle[];
  /** `advanced` ones have a good default; the user picks from a list which ones to change. */
  readonly asked: 'always' | 'advanced' | 'never';
  readonly question: string;
  /** The reason for the suggested answer, from the project. */
  readonly because?: (facts: ProjectFacts) => string | undefined;
  /** Help for the answer, shown with the question. */
  readonly hint?: string;
  /** Its name in the list of answers, if it is not the question. */
  readonly label?: string;
  /** The answer has no effect without this switch, so it is asked for only when the switch is on. */
  readonly needs?: 'rolling';
}

const oneOf =
  <const T extends string>(choices: Readonly<Record<T, string>>) =>
  (answer: unknown): Parsed<T> =>
    typeof answer === 'string' && Object.hasOwn(choices, answer)
      ? { value: answer as T }
      : { problem: `must be one of ${Object.keys(choices).join(', ')}` };

const yesOrNo = (answer: unknown): Parsed<boolean> =>
  typeof answer === 'boolean' ? { value: answer } : { problem: 'must be true or false' };

const parseUrlText = (answer: unknown): Parsed<string> =>
  typeof answer === 'string' && answer !== ''
    ? { value: answer }
    : { problem: 'must be a connection string' };

const CONCURRENT_WRITES = {
  merge: 'keep the changes of both, property by property',
  overwrite: 'the last write wins',
  throw: 'the later request fails',
} as const;

const EXTENSIONS = {
  auto: 'what the tsconfig of the project asks for',
  ts: './store.ts',
  js: './store.js',
  none: './store',
} as const;

const MANAGERS = { npm: 'npm', pnpm: 'pnpm', yarn: 'yarn', bun: 'bun' } as const satisfies Record<
  PackageManager,
  string
>;

/** Longest database name that is suggested, in characters; all of them are ASCII. */
const SUGGESTED_NAME = 48;

/** MongoDB's own databases. Their names are the same in any case. */
const OF_MONGODB = /^(?:admin|config|local)$/i;

/** The name of the project without its scope, as a database name that needs no quotes in a shell. */
export function suggestDatabase({ name }: Pick<ProjectFacts, 'name'>): string {
  const plain = name
    .replace(/^@[^/]*\//, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, SUGGESTED_NAME);
  return OF_MONGODB.test(plain) ? `${plain}-app` : plain || 'app';
}

/** The style that matches the packages of the project. */
function styleIn(packages: Readonly<Record<string, string>>): ConnectionStyle | undefined {
  if (Object.hasOwn(packages, 'mongoose')) return 'mongoose';
  return Object.hasOwn(packages, 'mongodb') ? 'db' : undefined;
}

/** Asked in this order, which is also the order of `--help`. */
export const OPTIONS = {
  connection: {
    flag: '-c, --connection <style>',
    group: 'Connection',
    help: 'how the app connects',
    kind: 'choice',
    choices: STYLES,
    parse: oneOf(STYLES),
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
    kind: 'text',
    rules: [{ wants: [/^mongodb(?:\+srv)?:\/\//u], says: 'must be a connection string' }],
    parse: parseUrlText,
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
    kind: 'text',
    rules: HOST,
    parse: parseHost,
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
    kind: 'text',
    rules: DATABASE,
    parse: parseDatabase,
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
    kind: 'text',
    rules: USERNAME,
    parse: parseUsername,
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
    kind: 'text',
    rules: AUTH_SOURCE,
    parse: parseAuthSource,
    default: 'admin',
    styles: ['host'],
    asked: 'always',
    question: 'Database in which the user is defined',
  },
  tls: {
    flag: '--tls',
    group: 'Connection',
    help: 'connect with TLS',
    kind: 'switch',
    parse: yesOrNo,
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
    kind: 'choice',
    choices: OLD_STORES,
    parse: parseOldStore,
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
    kind: 'text',
    rules: COLLECTION,
    parse: parseCollection,
    default: 'sessions',
    asked: 'always',
    question: 'Collection of the other store',
  },
  collection: {
    flag: '--collection <name>',
    group: 'Sessions',
    help: 'collection of the sessions; koa_sessions with --adopt',
    kind: 'text',
    rules: COLLECTION,
    parse: parseCollection,
    default: 'sessions',
    offer: (_, { adopt }) => (isOldStore(adopt) ? 'koa_sessions' : undefined),
    asked: 'always',
    question: 'Collection of the sessions',
  },
  ttl: {
    flag: '--ttl <duration>',
    group: 'Sessions',
    help: 'a session ends this long after its last use (without --rolling, up to half of it earlier): seconds, or 90m, 12h, 14d, 2w',
    kind: 'duration',
    parse: parseDuration,
    default: '14d',
    asked: 'always',
    question: 'A session ends this long after its last use',
    label: 'TTL',
    hint: 'The TTL, such as 12h, 14d or 2w. Without rolling sessions, up to half of it earlier.',
  },
  absoluteTtl: {
    flag: '--absolute-ttl <duration>',
    group: 'Sessions',
    help: 'a session ends this long after it began, however active',
    kind: 'duration',
    parse: parseDuration,
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
    kind: 'switch',
    parse: yesOrNo,
    default: false,
    asked: 'advanced',
    question: 'Renew the cookie and the session with each response?',
    label: 'Rolling sessions',
  },
  touchAfter: {
    flag: '--touch-after <duration>',
    group: 'Sessions',
    help: 'with --rolling, an unchanged session is renewed at most this often',
    kind: 'duration',
    parse: parseDuration,
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
    kind: 'text',
    rules: USER_KEY,
    parse: parseUserKey,
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
    kind: 'switch',
    parse: yesOrNo,
    default: false,
    asked: 'advanced',
    question: 'Encrypt the payload at rest?',
    label: 'Encryption at rest',
  },
  onConcurrentWrite: {
    flag: '--on-concurrent-write <policy>',
    group: 'Sessions',
    help: 'when two requests change one session',
    kind: 'choice',
    choices: CONCURRENT_WRITES,
    parse: oneOf(CONCURRENT_WRITES),
    default: 'merge',
    asked: 'advanced',
    question: 'When two requests change one session',
    label: 'Concurrent writes',
  },
  cookieName: {
    flag: '--cookie-name <name>',
    group: 'Sessions',
    help: 'name of the cookie, which gets the prefix `__Host-` in production; with --adopt, its old name',
    kind: 'text',
    rules: COOKIE_NAME,
    parse: parseCookieName,
    default: 'koa.sess',
    offer: ({ packages }, { adopt }) => (isOldStore(adopt) ? oldCookieName(adopt, packages) : undefined),
    asked: 'advanced',
    question: 'Name of the cookie',
    hint: 'In production, it gets the prefix `__Host-`.',
    label: 'Cookie name',
  },
  legacyCookie: {
    flag: '--legacy-cookie',
    group: 'Sessions',
    help: 'no `__Host-` prefix, and SHA-1 signatures are accepted, too: --adopt turns it on, and it stays on afterwards',
    kind: 'switch',
    parse: yesOrNo,
    default: false,
    asked: 'never',
    question: '',
  },
  dir: {
    flag: '--dir <path>',
    group: 'Project',
    help: 'folder of the session files, inside the project (default: src/session, or where the sources are)',
    kind: 'text',
    rules: FOLDER,
    parse: parseFolder,
    offer: ({ sourceFolder }) => `${sourceFolder}/session`,
    asked: 'advanced',
    question: 'Folder of the session files',
    label: 'Folder',
  },
  importExtension: {
    flag: '--import-extension <kind>',
    group: 'Project',
    help: 'how imports end',
    kind: 'choice',
    choices: EXTENSIONS,
    parse: oneOf(EXTENSIONS),
    default: 'auto',
    asked: 'advanced',
    question: 'How do imports end?',
    label: 'Imports',
  },
  app: {
    flag: '--app',
    group: 'Project',
    help: 'write an app, a server and a test, too (default: in a new project)',
    kind: 'switch',
    parse: yesOrNo,
    offer: ({ kind }) => kind === 'new',
    asked: 'advanced',
    question: 'Write an app, a server and a test, too?',
    label: 'App, server and test',
  },
  mount: {
    flag: '--mount',
    group: 'Project',
    help: 'also edit the file that has `new Koa()`, if the place is certain',
    kind: 'switch',
    parse: yesOrNo,
    default: false,
    asked: 'never',
    question: '',
  },
  install: {
    flag: '--install',
    group: 'Project',
    help: 'install the packages afterwards (default: asked at a terminal, otherwise not)',
    kind: 'switch',
    parse: yesOrNo,
    asked: 'never',
    question: 'Install the packages now',
  },
  packageManager: {
    flag: '--package-manager <name>',
    group: 'Project',
    help: 'what installs (default: the one of the project or its workspace, else the one that started this program)',
    kind: 'choice',
    choices: MANAGERS,
    parse: oneOf(MANAGERS),
    offer: ({ packageManager }) => packageManager,
    asked: 'advanced',
    question: 'Package manager',
    label: 'Package manager',
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

/** These have to be given in each run: the contents of a repository must not start a program. */
const FORGOTTEN: ReadonlySet<OptionName> = new Set(['autoReconnect', 'mount', 'install', 'packageManager']);

export const isRemembered = (name: OptionName): boolean => !FORGOTTEN.has(name);

/** The answer that is used if none was given. */
export const fallback = ({ default: fixed, offer }: Option, facts: ProjectFacts, answers: Answers) =>
  offer?.(facts, answers) ?? fixed;

/** The row, with the optional fields. */
export const optionOf = (name: OptionName): Option => OPTIONS[name];

/** What to do with a file that the user and an update changed in the same place. */
export const CONFLICT_POLICIES = ['ask', 'fail', 'mine', 'theirs', 'markers'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** Flags for one run. They are not asked for and not saved. */
export const RUN_FLAGS = {
  yes: {
    flag: '-y, --yes',
    group: 'This run',
    help: 'use defaults and suggestions for all that is not given; does not allow it to overwrite or install',
  },
  input: { flag: '--no-input', group: 'This run', help: 'never ask; a missing answer is an error' },
  config: {
    flag: '--config <file>',
    group: 'This run',
    help: 'answers as JSON, from a file or from - (standard input); flags override them',
  },
  dryRun: { flag: '--dry-run', group: 'This run', help: 'show the plan and write nothing' },
  diff: {
    flag: '--diff [path]',
    group: 'This run',
    help: 'show the changes, of one file or all, and write nothing',
  },
  check: {
    flag: '--check',
    group: 'This run',
    help: 'write nothing; exit with 3 if a run would change a file',
  },
  json: { flag: '--json', group: 'This run', help: 'one JSON value on standard output and nothing else' },
  onConflict: {
    flag: '--on-conflict <how>',
    group: 'This run',
    help: `when your edits and an update overlap: ${CONFLICT_POLICIES.join(', ')} (default: ask at a terminal, otherwise fail)`,
  },
  restore: {
    flag: '--restore <path>',
    group: 'This run',
    help: 'write a generated file or folder again that you deleted or edited; your version is backed up',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** `--auth-source`, for `authSource`. */
export const flagName = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `--no-auth-source`, for `authSource`. */
export const negatedFlag = (name: string): string => flagName(name).replace('--', '--no-');

/** Switches and optional answers have a `--no-…`, so that a later run can turn them off. */
export const hasNegation = (option: Option): boolean => option.kind === 'switch' || option.optional === true;
