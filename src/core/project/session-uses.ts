import { lineAt, withoutComments } from './koa-app.ts';

/** A property of `ctx.session`, and where a source of the user's first uses it. The line counts from 1. */
export interface SessionProperty {
  readonly name: string;
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly line: number;
}

/** What the user's own sources say of `ctx.session`. */
export interface SessionUses {
  readonly properties: readonly SessionProperty[];
  /** `src/types.d.ts:3`: where they declare a type of it, which the generated one does not go with. */
  readonly declarations: readonly string[];
}

export const NO_USES: SessionUses = { properties: [], declarations: [] };

const SESSION = String.raw`\b(?:ctx|context)[?!]?\.session\b`;
const NAME = String.raw`([\p{ID_Start}$_][\p{ID_Continue}$]*)`;

/** `ctx.session.views`, `ctx.session!.views`, `ctx.session?.['views']`. */
const ACCESS = new RegExp(String.raw`${SESSION}\s*[?!]?(?:\.|\.?\[\s*['"])\s*${NAME}`, 'gu');
/** `const { views, cart = [], user: { id } } = ctx.session`. */
const TAKEN = new RegExp(
  String.raw`\{((?:[^{}]|\{[^{}]*\}){0,500})\}\s*=\s*${SESSION}(?!\s*[?!]?[.[])`,
  'gu',
);
const TAKEN_NAME = new RegExp(String.raw`(?:^|,)\s*${NAME}`, 'gu');

/** As of @types/koa-session, or of users themselves. */
const DECLARED =
  /\bdeclare\s+module\s+(?:(['"])koa\1[\s\S]*?\bsession\??\s*:|(['"])koa-session\2[\s\S]*?\binterface\s+Session\b)/g;

/** What the generated types declare, and what every object has. */
const KNOWN = ['isNew', 'externalKey', 'maxAge', 'save', 'regenerate', 'constructor', 'hasOwnProperty'];

/** Of one source file of the user's: each property once. */
export function sessionUsesIn(path: string, text: string): SessionUses {
  if (!text.includes('session')) return NO_USES;
  const code = withoutComments(text);
  const accessed = [...code.matchAll(ACCESS)].map(({ 1: name = '', index }) => ({ name, index }));
  const taken = [...code.matchAll(TAKEN)].flatMap(({ 1: names = '', index }) =>
    [...names.replace(/\{[^{}]*\}/g, '').matchAll(TAKEN_NAME)].map(({ 1: name = '' }) => ({ name, index })),
  );
  const first = new Map<string, number>();
  for (const { name, index } of [...accessed, ...taken].toSorted((one, other) => one.index - other.index)) {
    if (!KNOWN.includes(name) && !first.has(name)) first.set(name, index);
  }
  return {
    properties: [...first].map(([name, index]) => ({ name, path, line: lineAt(code, index) })),
    declarations: [...code.matchAll(DECLARED)].map(({ index }) => `${path}:${lineAt(code, index)}`),
  };
}
