import { endOfStatement, escaped, lineAt, TYPE, TYPE_ARGUMENTS, upToClosing } from './code.ts';

export interface KoaApp {
  readonly line: number;
  /** The line where the statement ends that creates it. */
  readonly end: number;
  /** The line of another app in the file that may be the one with the sessions. */
  readonly other?: number;
  /** The name of the app in the file; undefined if it has none. */
  readonly name: string | undefined;
  /** Whether nothing follows in the statement that creates it. */
  readonly isAlone?: boolean;
  /**
   * Why no call can follow directly: the app is a field of a class, has `.use()` chained to it, is itself a class that
   * extends Koa, is created in a part of a statement, such as the default of a parameter, or has its routes already.
   */
  readonly within?: 'field' | 'chain' | 'class' | 'part' | 'routing';
}

export function appIn(code: string, bare: string): KoaApp | undefined {
  const names = [...koaNames(code).map((name) => `${escaped(name)}(?:\\.default)?`), REQUIRED];
  const form = new RegExp(
    `(?:(?<![\\w$.#])(?!export\\b)([\\w$.#]+)\\s*(?::[^=;\\n]{1,300})?=\\s*)?\\bnew\\s+(?:${names.join('|')})\\s*(?:${TYPE_ARGUMENTS}\\s*)?[(;\\n]`,
    'g',
  );
  const all = [...code.matchAll(form)].filter(({ 0: text, index }) =>
    bare.startsWith('new', index + text.search(/\bnew\s/)),
  );
  // Another app may be created in the same file, and be mounted in the one that is started.
  const isMounted = (name: string) => new RegExp(`mount\\([^()]*\\b${escaped(name)}\\)`, 'i').test(bare);
  const own = all.filter(({ 1: name }) => name === undefined || !isMounted(name));
  // Both may have the same name, in two functions or in two branches.
  const [made, other] = own.length > 0 ? own : all;
  if (made === undefined) return classIn(code, names) ?? routedIn(code);
  const line = lineAt(code, made.index);
  const at = made.index + made[0].search(/\bnew\s/);
  const start = code.lastIndexOf('\n', at) + 1;
  const lines = bare.split('\n');
  const place = {
    line,
    end: (endOfStatement(lines, line - 1) ?? line - 1) + 1,
    ...(other && { other: lineAt(code, other.index) }),
  };
  const field = fieldIn(code.slice(0, start), code.slice(start, at));
  if (field) return { ...place, name: `this.${field}`, within: 'field' };
  const before = bare.slice(code.lastIndexOf('\n', made.index) + 1, at);
  const rest = afterCall(lines.slice(0, place.end).join('\n').slice(at));
  const isChained = /^\s*\./.test(rest);
  const isOfOther =
    /\b(?:new\s.*|serverless\w*)\(/i.test(before.replace(/\([^()]*\)/g, '')) ||
    (isChained && /\.(?:listen|callback)\s*\(/.test(rest));
  const name = isOfOther
    ? undefined
    : (APP_VARIABLE.exec(before)?.[1] ?? made[1] ?? APP_PROPERTY.exec(before)?.[1]);
  if (isChained) return { ...place, name, within: 'chain' };
  const isOwn = name && !/^.*;[^\S\n]*\S/.test(rest) && ASSIGNED.test(before) && !isInOther(lines, place.end);
  return { ...place, name, isAlone: /^\s*\)?;?\s*$/.test(rest), ...(!isOwn && { within: 'part' }) };
}

/** `const app = `, `export const app: Koa = `, `module.exports = app = `; not `const app = setUp(`. */
const ASSIGNED = new RegExp(
  String.raw`^\s*(?:export\s+)?(?:(?:const|let|var)\s+)?[\w$.#]+\s*${TYPE}=(?:[\w$.\s=]|(?<![\w$]\s*)\()*$`,
);

/** Whether the next line ends what was opened before: `const {\n  app = new Koa(),\n} = options`, or has its `else`. */
const isInOther = (bare: readonly string[], end: number): boolean =>
  /^\s*(?:[)\]]|\}\s*=|else\b)/.test(bare.slice(end).join('\n'));

/** `class Shop<State> extends Koa {`. */
function classIn(code: string, names: readonly string[]): KoaApp | undefined {
  const found = new RegExp(
    `\\bclass\\s[^;(){}]{0,300}?\\bextends\\s+(?:${names.join('|')})\\s*(?:[<{]|implements\\b)`,
  ).exec(code);
  if (found === null) return undefined;
  const line = lineAt(code, found.index);
  return { line, end: line, name: 'this', within: 'class' };
}

/** `const app = createKoaServer({`, of routing-controllers. */
function routedIn(code: string): KoaApp | undefined {
  const found = /\bcreateKoaServer\s*[(<]/.exec(code);
  if (found === null || !/['"]routing-controllers['"]/.test(code)) return undefined;
  const line = lineAt(code, found.index);
  return { line, end: line, name: 'app', within: 'routing' };
}

/** `const app = `, also in `const app = (module.exports = ` and `const app = require('koa-qs')(`. */
const APP_VARIABLE = new RegExp(String.raw`\b(?:const|let|var)\s+([\w$]+)\s*${TYPE}=[\w$.\s=()'|?:]*$`);

/** `this.app = websockify(`, `app ??= `, `this.app = options.app || `. */
const APP_PROPERTY = /^\s*(?!export\b)([\w$.#]+)\s*(?:\|\||\?\?)?=[\w$.\s=()'|?:]*$/;

const FIELD = new RegExp(
  String.raw`^(\s+)((?:(?:private|public|protected|readonly|override)\s+)*)(#?[\w$]+)\s*!?${TYPE}=\s*$`,
);

/** The name of the class field that a line defines; undefined for an assignment, a declaration or a static field. */
function fieldIn(before: string, line: string): string | undefined {
  const [, indent = '', modifiers, name = ''] = FIELD.exec(line) ?? [];
  if (modifiers !== '' || name.startsWith('#')) return name || undefined;
  const outside = before.split('\n').findLast((each) => /\S/.test(each) && !each.startsWith(indent));
  return /\bclass\b/.test(outside ?? '') ? name : undefined;
}

/** `new (require('koa'))()`. */
const REQUIRED = String.raw`\(\s*require\s*\(\s*['"]koa['"]\s*\)\s*\)`;

/** What may have brackets before those of the call. */
const CLASS = new RegExp(
  `^new\\s+(?:\\(\\s*require\\s*\\('+\\)\\s*\\)|[\\w$.]+)(?:\\s*${TYPE_ARGUMENTS})?[^\\S\\n]*\\(?`,
);

/** What follows the call of `new`, without the texts of strings. */
function afterCall(made: string): string {
  const [opened = ''] = CLASS.exec(made) ?? [];
  const rest = made.slice(opened.length);
  return opened.endsWith('(') ? rest.slice(upToClosing(rest, '(', ')').length + 1) : rest;
}

/** The names of the class Koa in a file. */
function koaNames(code: string): string[] {
  const forms = [
    /\bimport\s+(?:\*\s+as\s+)?([\w$]+)\s*(?:,[^'"]*?)?\s+from\s*['"]koa['"]/g,
    /\b([\w$]+)\s*=\s*\(?(?:await\s+import|require)\s*\(\s*['"]koa['"]\s*\)(?:\)?\.default|(?!\s*\.))/g,
    /\bdefault\s*(?:as\b|:)\s*([\w$]+)[^'"]*['"]koa['"]/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map(([, name = '']) => name));
}
