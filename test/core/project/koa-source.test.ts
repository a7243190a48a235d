import { describe, expect, test } from 'vitest';
import { koaSourceIn } from '../../../src/core/project/koa-source.ts';

const find = (text: string) => koaSourceIn('src/app.ts', text);

describe('the place that creates an app', () => {
  test.each([
    {
      form: 'an import',
      text: "import Koa from 'koa';\n\nconst app = new Koa();\n",
      line: 3,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'a require',
      text: "'use strict'\nconst Koa = require('koa')\nconst server = new Koa()\n",
      line: 3,
      name: 'server',
      syntax: 'require',
    },
    {
      form: 'an import with more',
      text: 'import Koa, { type Context } from "koa";\nexport const app = new Koa<State>({ proxy: true });',
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'a namespace',
      text: "import * as Koa from 'koa';\nlet app: Koa = new Koa;\n",
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'its default',
      text: "import * as Koa from 'koa';\nexport const app = new Koa.default<State>();\n",
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'a CommonJS import of TypeScript',
      text: "import Koa = require('koa');\nconst app = new Koa();\n",
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'another name',
      text: "import Application from 'koa';\nthis.app = new Application();\n",
      line: 2,
      name: 'this.app',
      syntax: 'import',
    },
    {
      form: 'a require within',
      text: "const app = new (require('koa'))();\n",
      line: 1,
      name: 'app',
      syntax: 'require',
    },
    {
      form: 'an import at run time',
      text: "const Koa = (await import('koa')).default;\nconst app = new Koa();\n",
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'an import at run time, by a name',
      text: "const { default: Koa } = await import('koa');\nconst app = new Koa();\n",
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'one of several imports at run time',
      text: "const [{ default: Koa }, { default: Router }] = await Promise.all([import('koa'), import('@koa/router')]);\nconst app = new Koa();\n",
      line: 2,
      name: 'app',
      syntax: 'import',
    },
    {
      form: 'an import at run time in a function',
      text: "start(async () => {\n  const Koa = (await import('koa')).default;\n  const app = new Koa();\n});\n",
      line: 3,
      name: 'app',
      syntax: 'require',
    },
    {
      form: 'no name',
      text: "import Koa from 'koa';\nexport default () => new Koa();\n",
      line: 2,
      name: undefined,
      syntax: 'import',
    },
  ])('$form', ({ text, line, name, syntax }) => {
    expect(find(text)).toMatchObject({ app: { line, name }, syntax });
  });

  test.each([
    "// import Koa from 'koa'; const app = new Koa();",
    "import type { Context } from 'koa';\nexport const home = (ctx: Context) => {};\n",
    "import Router from '@koa/router';\nconst router = new Router();\n",
    "import { Koa } from './koa.js';\nconst app = new Koa();\n",
    '',
  ])('is not found in %j', (text) => {
    expect(find(text)).toBeUndefined();
  });
});

test.each([
  { text: "const api = new Koa();\nconst app = new Koa();\napp.use(mount('/api', api));\n", line: 3 },
  { text: 'const a$ = new Koa();\nconst app: Koa = new Koa();\napp.use(koaMount(a$));\n', line: 3 },
  { text: "const app = new Koa();\nconst api = new Koa();\napp.use(mount('/api', api));\n", line: 2 },
  { text: "start(new Koa());\nconst api = new Koa();\nother.use(mount('/api', api));\n", line: 2 },
  { text: "const api = new Koa();\nother.use(mount('/api', api));\n", line: 2 },
])('an app that is mounted in another one of its file is passed over: $text', ({ text, line }) => {
  expect(find(`import Koa from 'koa';\n${text}`)).toMatchObject({ app: { line } });
});

test.each([
  { text: 'const metrics = new Koa();\nconst app = new Koa();\n', app: { line: 2, other: 3 } },
  { text: 'let app = new Koa();\nif (proxy) app = new Koa({ proxy });\n', app: { line: 2, other: 3 } },
  {
    text: 'function web() {\n  const app = new Koa();\n}\nfunction admin() {\n  const app = new Koa();\n}\n',
    app: { line: 3, other: 6 },
  },
  {
    text: 'switch (kind) {\n  case 1: app = new Koa();\n  default: app = new Koa();\n}\n',
    app: { line: 3, other: 4 },
  },
  {
    text: "const app = new Koa();\nconst api = new Koa();\napp.use(mount('/api', api));\n",
    app: { line: 2 },
  },
])('another app of its file may be the one with the sessions: $text', ({ text, app }) => {
  const found = find(`import Koa from 'koa';\n${text}`)?.app;
  expect({ line: found?.line, other: found?.other }).toEqual({ other: undefined, ...app });
});

test('other session middleware is found, with its line', () => {
  const text =
    "const Koa = require('koa');\n/* a\n comment */\nconst session = require('koa-session');\nconst app = new Koa();\n";
  expect(find(text)).toMatchObject({ app: { line: 5 }, sessions: { line: 4, name: 'koa-session' } });
});

test.each([
  {
    text: "const CONFIG = { store, key: 'shop.sid' };\napp.use(session(CONFIG, app));\n",
    cookie: 'shop.sid',
  },
  {
    text: "app.use(session({ key: config.key, cookieKey: 'a', state: { 'key': 1 } }, app));\n",
    cookie: undefined,
  },
  {
    text: "app.use(session({ key: '__Host-sid' }, app));\n",
    cookie: undefined,
  },
  {
    text: "const tabs = [{ key: 'home' }];\napp.use(session({ key: 'shop.sid' }, app));\n",
    cookie: undefined,
  },
])('the name of their cookie is known from $text', ({ text, cookie }) => {
  expect(find(`import session from 'koa-session';\n${text}`)?.sessions?.cookie).toBe(cookie);
  expect(find(`${text}export const app = new Koa();\n`)?.sessions).toBeUndefined();
});

test.each([
  'koa-session-minimal',
  'koa-generic-session',
  'koa-encrypted-session',
  'koa-session-redis',
  'koa2-session-store',
  '@koa/session',
  '@shop/koa-session',
])('the import of %s is other sessions', (name) => {
  expect(find(`import session from '${name}';\n`)).toMatchObject({ sessions: { line: 1, name } });
  expect(find(`import session from 'my-${name}';\n`)).toBeUndefined();
});

test.each([
  "import 'koa-session';",
  "import { Session } from 'koa-session';",
  "declare module 'koa' { interface Context { session: import('koa-session').Session } }",
])('what has only the types of koa-session is no other sessions: %s', (text) => {
  expect(find(text)).toBeUndefined();
});

describe('where the app sets its own keys', () => {
  const MADE = "import Koa from 'koa';\nconst shop = new Koa();\n";
  test.each([
    { text: `${MADE}shop.keys = ['secret'];\n`, line: 3 },
    { text: `${MADE}\nshop.keys ??= ['secret'];\n`, line: 4 },
    { text: "import Koa from 'koa';\nconst app = new Koa({ proxy: true, keys: ['secret'] });\n", line: 2 },
    { text: "import Koa from 'koa';\nconst app = new Koa({\n  keys,\n});\n", line: 2 },
    { text: "import Koa from 'koa';\nconst app = new Koa.default({ keys });\n", line: 2 },
    { text: "import Koa from 'koa';\nconst app = new Koa<A, B<C>>({\n  keys,\n});\n", line: 2 },
    { text: "import Koa from 'koa';\nconst app = new Koa<A, { b: () => C; }>({\n  keys,\n});\n", line: 2 },
    {
      text: "import Koa from 'koa';\nclass Shop extends Koa {\n  constructor() {\n    super();\n    this.keys = [key];\n  }\n}\n",
      line: 5,
    },
    {
      text: "import Koa from 'koa';\nclass Shop {\n  app = new Koa();\n  start() {\n    this.app.keys = [key];\n  }\n}\n",
      line: 5,
    },
    { text: 'export const setUp = (app) => {\n  app.keys = config.keys;\n};\n', line: 2 },
    {
      text: "import type Koa from 'koa';\nexport const setUp = (server: Koa) => {\n  server.keys = config.keys;\n};\n",
      line: 3,
    },
    {
      text: "import type Koa from 'koa';\nclass Shop {\n  constructor(private readonly web: Koa<State>) {\n    this.web.keys = [key];\n  }\n}\n",
      line: 4,
    },
    {
      text: "const body = require('koa-body');\nmodule.exports = (server) => {\n  server.keys = [key];\n  server.use(body());\n};\n",
      line: 3,
    },
    {
      text: "import session from 'koa-session';\nconst server = Server({ games });\nserver.app.keys = [key];\n",
      line: 3,
    },
  ])('line $line of $text', ({ text, line }) => {
    expect(find(text)).toMatchObject({ keys: line });
  });

  test.each([
    "if (shop.keys === undefined) throw new Error('none');",
    "map.keys = ['secret'];",
    'const keys = Object.keys(shop);',
    "// shop.keys = ['secret'];",
    'shop.on("error", ({ keys }) => log(keys));',
    "const on = (state: Koa.State) => {\n  state.keys = ['secret'];\n};",
  ])('not in %s', (text) => {
    expect(find(`${MADE}${text}\n`)?.keys).toBeUndefined();
  });
});

test.each([
  { of: 'spaces', long: ' '.repeat(1_000_000) },
  { of: 'lines', long: '\n'.repeat(1_000_000) },
  { of: 'names', long: 'a '.repeat(500_000) },
  { of: 'keys', long: `use({ ${'a: 1, '.repeat(100_000)}});` },
  { of: 'one name', long: 'a'.repeat(1_000_000) },
  { of: 'one chain of names', long: 'a.'.repeat(500_000) },
  { of: 'types', long: `import { ${'type A '.repeat(50_000)}} x from 'koa-session';` },
  { of: 'type arguments', long: 'const a: B<() => void> = new Koa<A, <'.repeat(25_000) },
])('a very long file of $of is searched once, not once for each of its characters', ({ long }) => {
  const text = `import Koa from 'koa';\nimport { sessions } from './session.js';\n${long}\n/x/;\nconst app = new Koa();\n`;
  expect(find(text)?.app?.name).toBe('app');
});
