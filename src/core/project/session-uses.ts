import { escaped, lineAt, upToClosing, withoutComments, withoutLiterals } from './code.ts';
import { importsIn } from './imports.ts';
import { isOfTypes } from './koa-source.ts';
import type { Place } from './place.ts';

/** A property of `ctx.session`, and where the user's sources first use it. */
interface SessionProperty extends Place {
  readonly name: string;
}

/** How the user's own sources use `ctx.session`. */
export interface SessionUses {
  readonly properties: readonly SessionProperty[];
  /** Where they declare their own type for it, which conflicts with the generated one. */
  readonly declarations: readonly Place[];
  /** Where they import types of koa-session, which came from @types/koa-session. */
  readonly typeImports: readonly Place[];
  /** Where they use what only koa-generic-session or koa-session-minimal adds to `ctx`. */
  readonly generic: readonly SessionProperty[];
  /** Where nobody awaits a `save()` or `regenerate()`. */
  readonly unawaited: readonly Place[];
}

export const NO_USES: SessionUses = {
  properties: [],
  declarations: [],
  typeImports: [],
  generic: [],
  unawaited: [],
};

const SESSION = String.raw`\b(?:ctx|context)[?!]?(?:\.session\b|\[['"]session['"]\])`;
// Patterns with Unicode classes are made when they are needed, which a new project never does: V8 takes long for them.
const NAME = String.raw`([\p{ID_Start}$_][\p{ID_Continue}$]*)`;
const NO_PROPERTY = String.raw`(?!\s*[?!]?[.[])`;

/** Of `ctx.session` or an alias: `ctx.session.views`, `ctx.session!.views`, `ctx.session?.['views']`. */
const accessOf = (session: string): RegExp =>
  new RegExp(String.raw`${session}\s*[?!]?(?:\.|\.?\[\s*['"])\s*${NAME}`, 'gu');
/** `const { views, cart = [], user: { id } } = ctx.session`. */
const takenFrom = (session: string): RegExp =>
  new RegExp(String.raw`\{((?:[^{}]|\{[^{}]*\}){0,500})\}\s*=\s*${session}${NO_PROPERTY}`, 'gu');
/** `ctx.session = { views, user: { id } }`. */
const setTo = (session: string): RegExp =>
  new RegExp(String.raw`${session}\s*=\s*\{((?:[^{}]|\{[^{}]*\}){0,500})\}`, 'gu');
const takenName = () => new RegExp(String.raw`(?:^|,)\s*${NAME}`, 'gu');

/** `const s = ctx.session`. */
const alias = () =>
  new RegExp(String.raw`\b(?:const|let|var)\s+${NAME}\s*(?::[^=;]+)?=\s*${SESSION}${NO_PROPERTY}`, 'gu');
const TAKEN = String.raw`\{[^{}]{0,500}\bsession\b(?:\s*:\s*${NAME})?[^{}]{0,500}\}`;
/** `const { session } = ctx`, `const { session: s } = ctx`. */
const aliasTaken = () => new RegExp(String.raw`${TAKEN}\s*=\s*(?:ctx|context)\b${NO_PROPERTY}`, 'gu');
/** `({ session }: Context, next) => {`, `async login({ session }) {`. */
const aliasPassed = () =>
  new RegExp(String.raw`\(\s*${TAKEN}\s*(?:[:,][^(){}]*)?\)\s*(?::[^(){};=]*)?(?:=>\s*\{?|\{)`, 'gu');

/** As in @types/koa-session, in the user's own code. */
const MODULE = /\bdeclare\s+module\s+(['"])koa(?:-session)?\1\s*\{/g;
const SESSION_TYPE = /\bsession\??\s*:|\binterface\s+Session\b/;
/** In an interface that extends a context. */
const CONTEXT_TYPE =
  /\binterface\s+[\w$]+\s*(?:<[^{}]*>\s*)?\bextends\s+[^{};]*Context\b[^{};]*\{(?:[^{}]|\{[^{}]*\})*?\bsession\??\s*:/g;

/** Without a counterpart of the same name in koa-session. */
const GENERIC =
  /\b(?:ctx|context|this)[?!]?\.((?:regenerate|save)Session|session(?:Save|Id|Handler|[?!]?\.cookie))\b/g;

/** As a statement of its own. Up to version 5 of koa-session, `save()` could not fail. */
const UNAWAITED =
  /^[ \t]*(?:ctx|context|this)[?!]?\.session[?!]?\.(?:save|regenerate)\(\);?[ \t]*$(?!\s*[.)\]])/gm;

/** Properties of the generated types, of koa-generic-session and of every object. */
const KNOWN = [
  'isNew',
  'externalKey',
  'maxAge',
  'save',
  'regenerate',
  'cookie',
  'constructor',
  'hasOwnProperty',
];

/** The uses in one source file: each property of the session once. */
export function sessionUsesIn(path: string, text: string): SessionUses {
  if (!/session/i.test(text)) return NO_USES;
  const code = withoutComments(text);
  const at = (index: number): Place => ({ path, line: lineAt(code, index) });
  const uses = [...usesOf(SESSION, code, 0), ...usesByAlias(code)];
  const first = new Map<string, number>();
  for (const { name, index } of uses.toSorted((one, other) => one.index - other.index)) {
    if (!KNOWN.includes(name) && !first.has(name)) first.set(name, index);
  }
  return {
    properties: [...first].map(([name, index]) => ({ name, ...at(index) })),
    declarations: [
      ...[...code.matchAll(MODULE)].filter(({ 0: { length }, index }) =>
        SESSION_TYPE.test(upToClosing(code.slice(index + length), '{', '}')),
      ),
      ...code.matchAll(CONTEXT_TYPE),
    ].map(({ index }) => at(index)),
    typeImports: importsIn(code)
      .filter((each) => each.specifier === 'koa-session' && isOfTypes(code, each))
      // Version 7 has the types of its options, too.
      .filter(({ index }) => !/\{\s*(?:type\s+)?\w*Options,?\s*\}\s*$/.test(code.slice(0, index)))
      .map(({ index }) => at(index)),
    generic: [...code.matchAll(GENERIC)].map(({ 1: name = '', index }) => ({
      name: name.replace(/[?!]/, ''),
      ...at(index),
    })),
    unawaited: [...code.matchAll(UNAWAITED)].map(({ index }) => at(index)),
  };
}

interface Use {
  readonly name: string;
  readonly index: number;
}

/** @param start where the code begins in its file */
function usesOf(session: string, code: string, start: number): Use[] {
  const accessed = [...code.matchAll(accessOf(session))].map(({ 1: name = '', index }) => ({ name, index }));
  const named = [takenFrom, setTo].flatMap((form) => [...code.matchAll(form(session))]);
  const taken = named.flatMap(({ 1: names = '', index }) =>
    [...withoutBrackets(withoutLiterals(names)).matchAll(takenName())].map(({ 1: name = '' }) => ({
      name,
      index,
    })),
  );
  return [...accessed, ...taken].map(({ name, index }) => ({ name, index: start + index }));
}

/** `a, b: f(c, [d])` becomes `a, b: f`. */
function withoutBrackets(text: string): string {
  const next = text.replace(/[([{][^()[\]{}]*[)\]}]/g, '');
  return next === text ? text : withoutBrackets(next);
}

/** An alias is followed to the end of its block. */
function usesByAlias(code: string): Use[] {
  const forms = [alias(), aliasTaken(), ...(/['"]@?koa\b/.test(code) ? [aliasPassed()] : [])];
  const found = forms.flatMap((form) => [...code.matchAll(form)]);
  return found.flatMap(({ 0: all, 1: name, index }) => {
    const start = index + all.length;
    const session = String.raw`(?<![\p{ID_Continue}$.])${escaped(name ?? 'session')}(?![\p{ID_Continue}$])`;
    return usesOf(session, upToClosing(code.slice(start), '{', '}'), start);
  });
}
