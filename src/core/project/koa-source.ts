import { escaped, lineAt, linesAbove, TYPE_ARGUMENTS, withoutComments, withoutLiterals } from './code.ts';
import { defaultConnectionIn, type OwnDatabase, ownDatabase } from './databases.ts';
import { type Import, importsIn, type Resolve } from './imports.ts';
import { appIn, type KoaApp } from './koa-app.ts';

const TEST =
  /(?:^|\/)(?:(?:__)?(?:tests?|mocks?)(?:__)?|spec|e2e|examples?|benchmarks?)\/|[.-](?:test|spec)\.\w+$/;

export const isForTests = (path: string): boolean => TEST.test(path);

/** What a source file of the user shows about the Koa app. Lines count from 1. */
export interface KoaSource {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** How this file imports other modules. */
  readonly syntax: 'import' | 'require';
  /** Where it creates an app. */
  readonly app: KoaApp | undefined;
  /** Where it imports another session middleware or store, which, and the name of their cookie, if it stands there. */
  readonly sessions:
    | { readonly line: number; readonly name: string; readonly cookie?: string | undefined }
    | undefined;
  /** What it imports as `sessions`, maybe from the generated module. */
  readonly imported: readonly ImportedSessions[];
  /** The line where `sessions` is the name of something. */
  readonly taken: number | undefined;
  /** The line where it sets `app.keys`. */
  readonly keys: number | undefined;
  /** What is the database where it creates the app. */
  readonly database: OwnDatabase;
  /** `mongoose.connection`, by what it imports of Mongoose. */
  readonly mongoose: string | undefined;
  /** Whether that is not known yet where the app is created. */
  readonly isMongooseBelow: boolean;
  /** Whether `mongoose` is the name of something. */
  readonly isMongooseTaken: boolean;
}

/** `src/app.ts:1 (koa-session)`: where other session middleware and its stores are imported, except by tests. */
export const placesOfOthers = (sources: readonly KoaSource[]): string =>
  sources
    .flatMap(({ path, sessions }) =>
      sessions && !isForTests(path) ? `${path}:${sessions.line} (${sessions.name})` : [],
    )
    .join(' and ');

export interface ImportedSessions {
  readonly line: number;
  /** Its name in the file. */
  readonly name: string;
  /** The module. */
  readonly from: string;
  /** Where that leads, unless it is a path. */
  readonly targets?: ReturnType<Resolve>;
  /** The line where it is called. */
  readonly call: number | undefined;
}

/** Session middleware and stores, such as koa-session-redis: with two of them on one app, the second is ignored. */
const SESSION_PACKAGE = /^(?:@koa\/|(?:@[\w-]+\/)?koa2?-(?:\w+-)?)session/;

/** `import type { Session }`, and `import { type Session }`. */
const TYPE_IMPORT = /^import\s+(?:type\s[^'"]*|\{\s*type\s[^,}]*(?:,\s*type\s[^,}]*)*,?\s*\}\s*)$/;

/** `session({ key: 'sid' }, app)`. No `__Host-sid`, which `--cookie-name` does not take. */
const COOKIE = /\bkey\s*:\s*(['"])((?!__)\w[\w.:-]*)\1/g;

/** `import 'koa-session'`, and `import('koa-session').Session`. */
const NAMELESS = /^import\s*(?:['"]|\([^)]*\)\s*\.\s*[A-Z])/;

/** `import { Session }`, without a name for the middleware. */
const NAMES = /^import\s*\{(?![^}]*\b(?:default|createSession)\b)[^}]*\}\s*$/;

/** Also `const { default: Koa } = await import('koa')`, at the top. */
const MODULE_SYNTAX = /^\s*(?:import\b(?!\s*\()|export\b)|^(?:(?:const|let|var)\s[^=\n]*=\s*\(*)?await\b/m;

/** Undefined for a file without any of these. */
export function koaSourceIn(path: string, text: string): KoaSource | undefined {
  if (!/koa|routing-controllers|app\.keys|sessions/.test(text)) return undefined;
  const code = withoutComments(text);
  const bare = withoutLiterals(text);
  const app = appIn(code, bare);
  const taken = importsIn(code).find(
    (each) => SESSION_PACKAGE.test(each.specifier) && !isOfTypes(code, each) && !/\.d\.[cm]?ts$/.test(path),
  );
  const imported = importedIn(code, bare);
  const keys = keysIn(code, app);
  if (!app && !taken && !keys && imported.length === 0) return undefined;
  const syntax = MODULE_SYNTAX.test(code) ? 'import' : 'require';
  const above = linesAbove(code, app?.line ?? 1);
  return {
    path,
    syntax,
    app,
    sessions: taken && {
      line: lineAt(code, taken.index),
      name: taken.specifier,
      cookie: cookieIn(code),
    },
    imported,
    taken: takenIn(bare),
    keys,
    database: ownDatabase(code, above),
    mongoose: defaultConnectionIn(code),
    isMongooseBelow: syntax === 'require' && defaultConnectionIn(above) !== defaultConnectionIn(code),
    isMongooseTaken: /\bmongoose\b/.test(bare),
  };
}

/** Unknown if something else has a `key`, too: a wrong name would log everybody out. */
function cookieIn(code: string): string | undefined {
  const [name, ...others] = new Set([...code.matchAll(COOKIE)].map(([, , name]) => name));
  return others.length === 0 ? name : undefined;
}

/** Whether it imports only types. Those of koa-session are often imported as if they were more. */
export function isOfTypes(code: string, { specifier, index }: Import): boolean {
  const names = code.slice(code.lastIndexOf('import', index - 1), index);
  const isWithoutMiddleware = NAMES.test(names) || NAMELESS.test(code.slice(index));
  return TYPE_IMPORT.test(names) || (specifier === 'koa-session' && isWithoutMiddleware);
}

/** What the options of an app have, in `new Koa<State>({ keys })`. */
const APP_OPTIONS = new RegExp(String.raw`\bnew\s+[\w$.]+\s*(?:${TYPE_ARGUMENTS}\s*)?\(\s*\{([^{}]*)\}`);

/** `app.keys =`, `this.app.keys ??=`. */
const SET_KEYS = /(?<![\w$.#])([\w$.#]+)\.keys\s*(?:\?\?|\|\|)?=(?![=>])/g;

/** `(server: Koa) => {`, `private readonly web: Koa<State>`, `server.use(`. */
const isApp = (code: string, name: string): boolean =>
  name === 'app' ||
  new RegExp(`(?<![\\w$])${escaped(name)}(?:[?!]?\\s*:\\s*Koa\\b(?!\\.)|\\s*\\.use\\()`, 'i').test(code);

/** The line of `app.keys = ['secret']` or of `new Koa({ keys: ['secret'] })`. */
function keysIn(code: string, app: KoaApp | undefined): number | undefined {
  const set = [...code.matchAll(SET_KEYS)].find(
    ([, name = '']) => name === app?.name || isApp(code, name.replace(/.*\./, '')),
  );
  if (set) return lineAt(code, set.index);
  if (app === undefined) return undefined;
  const [, options = ''] = APP_OPTIONS.exec(code.slice(linesAbove(code, app.line).length)) ?? [];
  return /\bkeys\s*(?:[:,]|$)/.test(options) ? app.line : undefined;
}

const IMPORTED = /\{([^{}]*)\}\s*(?:from\s*|=\s*(?:await\s+import|require)\s*\(\s*)(['"])([^'"\n]+)\2/g;

const SESSIONS = /(?<![\w$]|\bas\s+|:\s*)sessions\b(?:\s*(?:\bas\b|:)\s*([\w$]+))?/;

/** `import * as session from './session'`. */
const NAMESPACE =
  /\b(?:import\s+(?:\*\s*as\s+)?|const\s+|let\s+|var\s+)([\w$]+)\s*(?:from\s*|=\s*(?:await\s+import|require)\s*\(\s*)(['"])([^'"\n]+)\2/g;

/** `require('./session').sessions(app)`. */
const INLINE = /\brequire\s*\(\s*(['"])([^'"\n]+)\1\s*\)\s*\.\s*sessions\s*\(/g;

/** @param bare the code without strings */
function importedIn(code: string, bare: string): ImportedSessions[] {
  const callOf = (callee: string) => {
    const found = new RegExp(`(?<![\\w$.])${escaped(callee)}\\s*(?:${TYPE_ARGUMENTS}\\s*)?\\(`).exec(bare);
    return found ? lineAt(code, found.index) : undefined;
  };
  const byName = [...code.matchAll(IMPORTED)].flatMap(({ 1: names = '', 3: from = '', index }) => {
    const found = SESSIONS.exec(names);
    if (found === null || bare[index] !== '{') return [];
    const name = found[1] ?? 'sessions';
    return [{ line: lineAt(code, index + 1 + found.index), name, from, call: callOf(name) }];
  });
  const asProperty = [...code.matchAll(NAMESPACE)].map(({ 1: owner, 3: from = '' }) => ({
    from,
    line: callOf(`${owner}.sessions`),
  }));
  const inline = [...code.matchAll(INLINE)].map(({ 2: from = '', index }) => ({
    from,
    line: lineAt(code, index),
  }));
  const called = [...asProperty, ...inline].flatMap(({ from, line }) =>
    line === undefined ? [] : [{ line, name: 'sessions', from, call: line }],
  );
  return [...byName, ...called];
}

/** Declarations and uses of `sessions`, which are not properties, keys, fields or methods. */
const SESSIONS_NAME =
  /(?<![\w$.#])sessions\b(?!\$|\s*(?:\??:|=(?![=>])|as\b|\([^()]*\)\s*(?::[^{};]*)?\{))|(?:\b(?:const|let|var|function)[\s*]+|\(\s*)sessions\b(?!\$)|(?:,|\b(?:const|let|var)\s*[{[])\s*sessions\s*=(?![=>])/;

function takenIn(bare: string): number | undefined {
  const found = SESSIONS_NAME.exec(bare);
  return found ? lineAt(bare, found.index + found[0].indexOf('sessions')) : undefined;
}
