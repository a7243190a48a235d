import { describe, expect, test } from 'vitest';
import { patchApp } from '../../../src/core/patch/mount.ts';
import { koaSourceIn } from '../../../src/core/project/koa-app.ts';
import { STYLES } from '../../support/generated.ts';
import { goldenNamed } from '../../support/goldens.ts';

const { settings } = goldenNamed('existing-with-js-specifiers');

const patched = (text: string, change: Partial<typeof settings> = {}, databases: readonly string[] = []) => {
  const source = koaSourceIn('src/app.ts', text);
  const project = { koaSources: source ? [source] : [], databases };
  return patchApp({ ...settings, ...change }, project, () => text)?.text;
};

test.each([
  { as: 'a path', from: '../lib/session/index.js' },
  { as: 'an alias', from: '@/lib/session' },
  { as: 'a package of the workspace', from: '@shop/session' },
])('an app that imports the sessions by $as is not changed', ({ from }) => {
  const text = `import Koa from 'koa';\nimport { sessions } from '${from}';\nconst app = new Koa();\nsessions(app);\n`;
  expect(patched(text)).toBeUndefined();
  expect(patched("import Koa from 'koa';\nconst app = new Koa();\n")).toContain('sessions(app);');
});

const IMPORT = "import Koa from 'koa';\n";

test.each([
  { what: 'a variable', text: 'const app = new Koa({ proxy: true });', call: 'sessions(app);' },
  {
    what: 'an app that is also exported',
    text: 'const app = module.exports = new Koa();',
    call: 'sessions(app);',
  },
  {
    what: 'the same in parentheses',
    text: 'const app = (module.exports = new Koa());',
    call: 'sessions(app);',
  },
  { what: 'the exports', text: 'module.exports = new Koa();', call: 'sessions(module.exports);' },
  {
    what: 'a variable that was declared before',
    text: 'let app;\nfunction start() {\n  app = new Koa();\n}',
    call: '  sessions(app);',
  },
  {
    what: 'a field that is set in the constructor',
    text: 'class Shop {\n  constructor() {\n    this.app = new Koa();\n  }\n}',
    call: '    sessions(this.app);',
  },
])('the call is added after the creation of $what', ({ text, call }) => {
  const lines = patched(`${IMPORT}${text}\n`)?.split('\n') ?? [];
  const made = lines.findIndex((line) => line.includes('new Koa'));
  expect(lines[made + 1]).toBe(call);
});

test.each([
  {
    what: 'a declaration with commas at line ends',
    text: "const Koa = require('koa'),\n  path = require('path');\n\nconst app = new Koa();\n",
    before: "  path = require('path');",
  },
  {
    what: 'a declaration with commas at line starts',
    text: "const Koa = require('koa')\n  , path = require('path')\n\nconst app = new Koa()\n",
    before: "  , path = require('path')",
  },
  {
    what: 'an import over several lines',
    text: "import Koa from 'koa';\nimport {\n  a,\n} from './a.js';\n\nconst app = new Koa();\n",
    before: "} from './a.js';",
  },
])('the import is added after $what', ({ text, before }) => {
  const lines = patched(text)?.split('\n') ?? [];
  expect(lines[lines.findIndex((line) => line.includes('{ sessions }')) - 1]).toBe(before);
});

test('an app created by an inline require() gets the sessions', () => {
  expect(patched("const app = new (require('koa'))();\n")).toBe(
    "const { sessions } = require('../lib/session/index.js');\nconst app = new (require('koa'))();\nsessions(app);\n",
  );
});

test.each([
  { text: 'const one = 1\n  , app = new Koa()\n  , two = 2', says: 'continues after that line' },
  { text: 'const app = new Koa(), port = 3000;', says: 'continues after that line' },
  { text: 'class Shop {\n  app = new Koa();\n}', says: 'is a field of a class' },
  { text: 'class Shop {\n  private readonly app: Koa = new Koa();\n}', says: 'is a field of a class' },
  { text: 'class Shop {\n  #port = 1;\n\n  #app = new Koa();\n}', says: 'is a field of a class' },
  {
    text: 'class Shop extends Koa<State> {}\nexport const app = new Shop();',
    says: 'src/app.ts:2 is a class that extends Koa; call sessions() with `this` in its constructor, directly after `super()`',
  },
  { text: 'const app = new Koa()\n  .use(home);', says: 'continues after that line' },
  { text: 'const app = new Koa({\n  proxy: true,\n});', says: 'continues after that line' },
  { text: 'export default new Koa();', says: 'has no name' },
  { text: 'if (on) { const app = new Koa(); }', says: 'continues after that line' },
])('nothing is edited if there is no place for the call: $text', ({ text, says }) => {
  expect(() => patched(`${IMPORT}${text}\n`)).toThrow(says);
});

describe('the database of the driver is the one that the app takes from its client', () => {
  const DRIVER = `${IMPORT}import { MongoClient } from 'mongodb';\n`;
  const CLIENT = 'const client = new MongoClient(url);\n';
  const APP = 'const app = new Koa();\n';
  const mounted = (text: string, databases?: readonly string[]) =>
    patched(DRIVER + text, { connection: STYLES.db }, databases)?.match(/^sessions\(.*$/m)?.[0];

  test.each([
    { text: `${CLIENT}const db = client.db('shop');\n${APP}`, call: 'sessions(app, db);' },
    { text: `${CLIENT}export const shop: Db = client.db(name);\n${APP}`, call: 'sessions(app, shop);' },
    {
      text: `const client = await MongoClient.connect(url);\nconst db = client.db();\n${APP}`,
      call: 'sessions(app, db);',
    },
    {
      text: `${CLIENT}${APP}const users = client.db('shop').collection('users');\n`,
      call: "sessions(app, client.db('shop'));",
    },
    { text: `${CLIENT}${APP}const db = client.db('shop');\n`, call: "sessions(app, client.db('shop'));" },
    { text: `${CLIENT}${APP}`, call: 'sessions(app, client.db());' },
  ])('$call', ({ text, call }) => {
    expect(mounted(text)).toBe(call);
  });

  test.each([
    { what: 'two databases', text: `${CLIENT}const a = client.db('a'), b = client.db('b');\n${APP}` },
    { what: 'a name that is known only later', text: `${CLIENT}${APP}start(client.db(process.env.DB));\n` },
    {
      what: 'a variable of a function',
      text: `${CLIENT}${APP}const main = (name) => {\n  const db = client.db(name);\n};\n`,
    },
    { what: 'a client that is made later', text: `${APP}${CLIENT}` },
    { what: 'two clients', text: `${CLIENT}const other = new MongoClient(url);\n${APP}` },
  ])('where there is $what, nothing is edited', ({ text }) => {
    expect(() => mounted(text)).toThrow('src/app.ts does not say which database the sessions should use');
  });

  test('where another file names it, that is said', () => {
    expect(() => mounted(CLIENT + APP, ['src/users.ts:3'])).toThrow('and src/users.ts:3 names one');
  });
});

test('of several Mongoose databases, none is taken', () => {
  const text = `${IMPORT}import mongoose from 'mongoose';\nconst db = mongoose.connection.useDb('shop');\nconst app = new Koa();\n`;
  expect(() => patched(text, { connection: STYLES.mongoose })).toThrow('which Mongoose connection');
});
