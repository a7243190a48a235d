import { expect, test } from 'vitest';
import { placeText } from '../../../src/core/project/place.ts';
import { sessionUsesIn } from '../../../src/core/project/session-uses.ts';

const namesIn = (text: string) => sessionUsesIn('src/app.ts', text).properties.map(({ name }) => name);

test.each([
  { form: 'a property', text: 'ctx.session.views += 1;', names: ['views'] },
  { form: 'one that is asserted to be there', text: 'ctx.session!.cart = [];', names: ['cart'] },
  { form: 'one that may be missing', text: 'if (ctx?.session?.user?.id) next();', names: ['user'] },
  {
    form: 'one in brackets',
    text: 'ctx.session[\'csrf\'] ?? ctx.session?.["flash"]',
    names: ['csrf', 'flash'],
  },
  { form: 'the session in brackets', text: "ctx['session'].views += 1;", names: ['views'] },
  { form: 'another name of the context', text: 'context.session.views', names: ['views'] },
  {
    form: 'properties taken out',
    text: 'const { user: { id }, cart = [], ...rest } = ctx.session;\nconst { views, since: from } = ctx.session!;',
    names: ['user', 'cart', 'views', 'since'],
  },
  {
    form: 'a new session',
    text: "ctx.session = { ...ctx.session, user: { id, name }, 'at': 'a, b', cart: sum(of, [to, 1]), views };",
    names: ['user', 'cart', 'views'],
  },
  { form: 'a comparison', text: 'if (ctx.session == null) return { views };', names: [] },
  { form: 'a property used twice', text: 'ctx.session.views = ctx.session.views + 1;', names: ['views'] },
  { form: "koa-generic-session's own", text: 'ctx.session!.cookie.maxAge = 1;', names: [] },
  { form: "koa-session's own", text: 'ctx.session.maxAge = 1; await ctx.session.save();', names: [] },
  { form: 'a comment', text: '// ctx.session.old\n/* ctx.session.older */', names: [] },
  { form: 'the session of something else', text: 'client.session.id; my.ctx.sessions.id;', names: [] },
  { form: 'taking from a property', text: 'const { id } = ctx.session.user;', names: ['user'] },
  {
    form: 'an alias, to the end of its block',
    text: 'get(() => { const s = ctx.session; if (s) { s.views += 1; } const { cart } = s; });\ns.length; other.s.id;',
    names: ['views', 'cart'],
  },
  {
    form: 'an alias with a type',
    text: 'const session: Session = ctx.session!;\nsession.user.id;',
    names: ['user'],
  },
  {
    form: 'an alias that is taken out of the context',
    text: 'const { request, session } = ctx;\nsession.user = 1;\nconst { session: own } = context;\nown.cart;',
    names: ['user', 'cart'],
  },
  {
    form: 'an alias that a handler takes out of its context',
    text: "import Router from '@koa/router';\nget('/', async ({ session, ip }) => { session.cart = ip; });\nget('/', ({ session: own }: Context, next: Next): void => { own.user = 1; });\nclass A { async in({ session }: Context): Promise<void> { session.views = 1; } }\nget('/', ({ session }) => session.flash);\n",
    names: ['cart', 'user', 'views', 'flash'],
  },
  {
    form: 'no alias in a call, nor in a file without Koa',
    text: 'run({ session });\nsession.commit();\njwt(({ session }) => { session.token; });\n',
    names: [],
  },
  { form: 'no alias for a property', text: 'const user = ctx.session.user;\nuser.id;', names: ['user'] },
  { form: 'the end of a session', text: 'ctx.session = null;', names: [] },
])('$form: $names', ({ text, names }) => {
  expect(namesIn(text)).toEqual(names);
});

test('each property is reported with its first use', () => {
  expect(sessionUsesIn('src/cart.ts', '\nctx.session\n  .cart;\nctx.session.cart;\n').properties).toEqual([
    { name: 'cart', path: 'src/cart.ts', line: 2 },
  ]);
});

test('what only other session middleware has is reported at each place', () => {
  const text =
    'await ctx.regenerateSession();\nlog(ctx.sessionId, user.sessionId);\nthis.sessionSave = true; // ctx.saveSession()\nctx.session.cookie.maxAge = 1;\nctx.session!.cookie.maxAge = 1;\nctx.sessionHandler.regenerateId();\n';
  const uses = sessionUsesIn('app.js', text).generic.map(({ name, line }) => `${name}:${line}`);
  expect(uses).toEqual([
    'regenerateSession:1',
    'sessionId:2',
    'sessionSave:3',
    'session.cookie:4',
    'session.cookie:5',
    'sessionHandler:6',
  ]);
  expect(sessionUsesIn('app.js', 'ctx.regenerateSession();').generic).toHaveLength(1);
});

test.each([
  { call: 'ctx.session.save();', places: ['app.js:1'] },
  { call: '  this.session!.regenerate()', places: ['app.js:1'] },
  { call: 'await ctx.session.save();', places: [] },
  { call: 'return ctx.session.save();', places: [] },
  { call: 'const save = () => ctx.session.save();', places: [] },
  { call: 'ctx.session.save().catch(log);', places: [] },
  { call: 'await Promise.all([\n  ctx.session.save(),\n  mail(),\n]);', places: [] },
  { call: 'await Promise.all([\n  mail(),\n  ctx.session.save()\n]);', places: [] },
  { call: 'ctx.session.save()\n  .catch(log);', places: [] },
  { call: "router.get('/', (ctx) =>\n  ctx.session.save()\n);", places: [] },
  { call: 'ctx.session.save(done);', places: [] },
])('a call that nobody awaits is reported: $call', ({ call, places }) => {
  expect(sessionUsesIn('app.js', call).unawaited.map(placeText)).toEqual(places);
});

test.each([
  {
    text: "import 'koa';\ndeclare module 'koa' {\n  interface Context { session: Own }\n}",
    places: ['src/types.d.ts:2'],
  },
  {
    text: 'declare module "koa-session" { interface Session { user?: string } }',
    places: ['src/types.d.ts:1'],
  },
  {
    text: 'export interface AppContext\n  extends Koa.Context {\n  state: { id: string };\n  session: UserSession;\n}',
    places: ['src/types.d.ts:1'],
  },
  { text: 'interface Job extends Task { session: string }\ninterface Own extends Context {}', places: [] },
  { text: "declare module 'koa' {\n  interface Context { user: User }\n}\nuse({ session: 1 });", places: [] },
])('a type for ctx.session in $text: $places', ({ text, places }) => {
  expect(sessionUsesIn('src/types.d.ts', text).declarations.map(placeText)).toEqual(places);
});

test('imports of types of koa-session are reported, since its version 7 has only those of its options', () => {
  const text =
    "import type { Session } from 'koa-session';\nimport { type opts } from 'koa-session';\nimport session from 'koa-session';\nimport { Session as Own } from 'koa-session';\nimport 'koa-session';\nlet own: import('koa-session').Session;\nimport type { CreateSessionOptions } from 'koa-session';\nimport type { Session, SessionOptions } from 'koa-session';\n";
  expect(sessionUsesIn('src/types.ts', text).typeImports.map(placeText)).toEqual([
    'src/types.ts:1',
    'src/types.ts:2',
    'src/types.ts:4',
    'src/types.ts:5',
    'src/types.ts:6',
    'src/types.ts:8',
  ]);
});
