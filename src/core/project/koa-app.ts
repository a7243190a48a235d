import { lineAt, withoutComments } from './code.ts';
import { type OwnDatabase, ownDatabase } from './databases.ts';

/** What a source file of the user shows about the Koa app. Lines count from 1. */
export interface KoaSource {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** How this file imports other modules. */
  readonly syntax: 'import' | 'require';
  /** Where it creates an app. */
  readonly app: KoaApp | undefined;
  /** Where it imports another session middleware or store, and which. */
  readonly sessions: { readonly line: number; readonly name: string } | undefined;
  /** The line where it sets `app.keys`. */
  readonly keys: number | undefined;
  /** What is the database where it creates the app. */
  readonly database: OwnDatabase;
}

export interface KoaApp {
  readonly line: number;
  /** The name of the app in the file; undefined if it has none. */
  readonly name: string | undefined;
  /**
   * Why no call can follow directly: the app is a field of a class, has `.use()` chained to it, or is itself a class that
   * extends Koa.
   */
  readonly within?: 'field' | 'chain' | 'class';
}

/** Session middleware and stores: with two of them on one app, the second is ignored. */
const SESSION_PACKAGES = [
  ...['koa-session', 'koa-session-mongo', 'koa-session-mongoose', 'koa-session-store', 'koa-session-minimal'],
  ...['koa-generic-session', 'koa-generic-session-mongo', 'koa-session2', 'koa-session-local'],
];

const MODULE = /(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

/** Undefined for a file without any of these. */
export function koaSourceIn(path: string, text: string): KoaSource | undefined {
  if (!text.includes('koa') && !text.includes('app.keys')) return undefined;
  const code = withoutComments(text);
  const app = appIn(code);
  const taken = [...code.matchAll(MODULE)].find(([, , name = '']) => SESSION_PACKAGES.includes(name));
  const keys = keysIn(code, app);
  if (app === undefined && taken === undefined && keys === undefined) return undefined;
  return {
    path,
    syntax: /^\s*(?:import\b(?!\s*\()|export\b)/m.test(code) ? 'import' : 'require',
    app,
    sessions: taken && { line: lineAt(code, taken.index), name: taken[2] ?? '' },
    keys,
    database: ownDatabase(code, (app?.line ?? 1) - 1),
  };
}

/** The line of `app.keys = ['secret']` or of `new Koa({ keys: ['secret'] })`. */
function keysIn(code: string, app: KoaApp | undefined): number | undefined {
  const names = [escaped(app?.name ?? 'app'), 'app'].join('|');
  const set = new RegExp(`(?<![\\w$])(?:${names})\\.keys\\s*(?:\\?\\?|\\|\\|)?=(?![=>])`).exec(code);
  if (set !== null) return lineAt(code, set.index);
  if (app === undefined) return undefined;
  const made = code
    .split('\n')
    .slice(app.line - 1)
    .join('\n');
  const [, options = ''] = /\bnew\s+[\w$]+\s*\(\s*\{([^{}]*)\}/.exec(made) ?? [];
  return /\bkeys\s*(?:[:,]|$)/.test(options) ? app.line : undefined;
}

function appIn(code: string): KoaApp | undefined {
  const names = [...koaNames(code).map(escaped), REQUIRED];
  const made = new RegExp(
    `(?:([\\w$.]+)\\s*(?::[^=;\\n]+)?=\\s*)?\\bnew\\s+(?:${names.join('|')})\\s*(?:<[^>\\n]*>\\s*)?[(;\\n]`,
  ).exec(code);
  if (made === null) return classIn(code, names);
  const at = made.index + made[0].search(/\bnew\s/);
  const start = code.lastIndexOf('\n', at) + 1;
  const place = { line: lineAt(code, made.index) };
  const field = fieldIn(code.slice(0, start), code.slice(start, at));
  if (field !== undefined) return { ...place, name: `this.${field}`, within: 'field' };
  const name = DECLARED.exec(code.slice(start, at))?.[1] ?? made[1];
  return { ...place, name, ...(isChained(code.slice(at)) && { within: 'chain' }) };
}

/** `class Shop extends Koa {`. */
function classIn(code: string, names: readonly string[]): KoaApp | undefined {
  const found = new RegExp(`\\bclass\\s+(?:[\\w$]+\\s+)?extends\\s+(?:${names.join('|')})\\s*[<{]`).exec(
    code,
  );
  return found ? { line: lineAt(code, found.index), name: 'this', within: 'class' } : undefined;
}

/** `const app = `, also in `const app = (module.exports = `. */
const DECLARED = /\b(?:const|let|var)\s+([\w$]+)\s*(?::[^=]*)?=[\w$.\s=(]*$/;

const FIELD =
  /^(\s+)((?:(?:private|public|protected|readonly|static|override)\s+)*)(#?[\w$]+)\s*!?(?::[^=]*)?=\s*$/;

/** The name of the class field that a line defines; undefined for an assignment or a declaration. */
function fieldIn(before: string, line: string): string | undefined {
  const [, indent = '', modifiers, name = ''] = FIELD.exec(line) ?? [];
  if (modifiers !== '' || name.startsWith('#')) return name || undefined;
  const outside = before.split('\n').findLast((each) => /\S/.test(each) && !each.startsWith(indent));
  return /\bclass\b/.test(outside ?? '') ? name : undefined;
}

/** Whether a method is called directly on the result of `new`. */
function isChained(made: string): boolean {
  const open = made.indexOf('(', new RegExp(`^new\\s+${REQUIRED}`).exec(made)?.[0].length);
  const end = made.indexOf('\n');
  if (open === -1 || (end !== -1 && end < open)) return /^.*\n\s*\./.test(made);
  let depth = 0;
  for (let at = open; at < made.length; at += 1) {
    if (made[at] === '(') depth += 1;
    if (made[at] === ')') depth -= 1;
    if (depth === 0) return /^\s*\./.test(made.slice(at + 1));
  }
  return false;
}

/** The names of the class Koa in a file. */
function koaNames(code: string): string[] {
  const forms = [
    /\bimport\s+(?:type\s+)?(?:\*\s+as\s+)?([\w$]+)\s*(?:,[^'"]*?)?\s+from\s*['"]koa['"]/g,
    /\b([\w$]+)\s*=\s*require\s*\(\s*['"]koa['"]\s*\)(?!\s*\.)/g,
    /\b([\w$]+)\s*=\s*(?:await\s+import|require)\s*\(\s*['"]koa['"]\s*\)\)?\.default/g,
    /\bdefault\s+as\s+([\w$]+)[^'"]*from\s*['"]koa['"]/g,
    /\{\s*default\s*:\s*([\w$]+)[^{}]*\}\s*=\s*(?:await\s+import|require)\s*\(\s*['"]koa['"]/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map(([, name = '']) => name));
}

/** `new (require('koa'))()`. */
const REQUIRED = String.raw`\(\s*require\s*\(\s*['"]koa['"]\s*\)\s*\)`;

const escaped = (name: string): string => name.replaceAll('$', '\\$');
