import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';
import { patchApp } from '../../../src/core/patch/mount.ts';
import { mongooseConnectionsIn } from '../../../src/core/project/databases.ts';
import { koaSourceIn } from '../../../src/core/project/koa-source.ts';
import type { Place } from '../../../src/core/project/place.ts';
import { STYLES } from '../../support/generated.ts';
import { goldenNamed } from '../../support/goldens.ts';

const { settings } = goldenNamed('existing-with-js-specifiers');

/** What the names of modules mean in the project. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  '@/lib/session': ['/lib/session'],
  '#session/index.js': ['session'],
  '#routes': ['/src/routes/sessions'],
  '~/user/session': ['user/session'],
};

/**
 * The text of the edited app, which can be parsed.
 *
 * @param others further source files, by path
 */
const patched = (
  text: string,
  change: Partial<typeof settings> = {},
  databases: readonly Place[] = [],
  others: Readonly<Record<string, string>> = {},
) => {
  const files = Object.entries({ 'src/app.ts': text, ...others });
  const koaSources = files.flatMap((file) => {
    const source = koaSourceIn(...file);
    const imported = source?.imported.map((each) => ({ ...each, targets: TARGETS[each.from] ?? [] }));
    return source && imported ? [{ ...source, imported }] : [];
  });
  const connections = files.flatMap((file) => mongooseConnectionsIn(...file));
  const patch = patchApp({ ...settings, ...change }, { koaSources, databases, connections }, () => text);
  if (patch) parseAst(patch.text, { lang: 'ts' });
  return patch?.text;
};

const APP = "import Koa from 'koa';\nconst app = new Koa();\n";
const OWN = '../lib/session/index.js';

test.each([
  { as: 'a path', from: '../lib/session/index.js' },
  { as: 'an alias', from: '@/lib/session' },
  { as: 'an alias that nothing defines', from: '#session/index.js' },
])('an app that imports the sessions by $as is not changed', ({ from }) => {
  const text = `import Koa from 'koa';\nimport { sessions } from '${from}';\nconst app = new Koa();\nsessions(app);\n`;
  expect(patched(text)).toBeUndefined();
  expect(patched(APP)).toContain('sessions(app);');
});

test.each([
  {
    how: 'under another name',
    text: `import { sessions as mount } from '${OWN}';\n${APP}const store = mount(\n  app,\n);\n`,
  },
  {
    how: 'by a constructor',
    text: `import { sessions } from '../lib/session/index.js';\n${APP}class Shop { constructor(it) { sessions(it); } }\n`,
  },
  { how: 'with types', text: `import { sessions } from '${OWN}';\n${APP}sessions<State, {}>(app);\n` },
  { how: 'in one expression', text: `${APP}const store = require('../lib/session').sessions(app);\n` },
  { how: 'by a namespace', text: `import * as session from '${OWN}';\n${APP}session.sessions(app);\n` },
  {
    how: 'by require()',
    text: `${APP}const { sessions: mount } = require("../lib/session");\nmount(app);\n`,
  },
])('an app that gets the sessions $how is not changed', ({ text }) => {
  expect(patched(text)).toBeUndefined();
});

test('an app that gets the sessions in another file is not changed, which a test is not', () => {
  const text =
    "import { sessions } from '../lib/session/index.js';\nexport const setUp = (app) => sessions(app);\n";
  expect(patched(APP, {}, [], { 'src/set-up.ts': text })).toBeUndefined();
  expect(patched(APP, {}, [], { 'test/set-up.ts': text })).toContain('sessions(app);');
});

test.each([
  { what: 'imports something else from the module', text: `import { closeConnections } from '${OWN}';\n` },
  {
    what: 'has the sessions in comments',
    text: `// import { sessions } from '${OWN}';\n/* sessions(app); */\n`,
  },
  {
    what: 'has the whole app in a string',
    text: `const text = \`\nimport { sessions } from '${OWN}';\nconst app = new Koa();\nsessions(app);\n\`;\n`,
  },
  { what: 'has the call in a string', text: "log('sessions(app)');\n" },
  {
    what: 'calls a property of another module',
    text: "import * as routes from './routes.js';\nroutes.sessions(app);\nrequire('./a').sessions(app);\n",
  },
  { what: 'has a property of the name', text: 'const count = user.sessions.length + user?.sessions(1);\n' },
  {
    what: 'has a key of the name',
    text: 'const state = { sessions: 1 };\ninterface S { sessions?: number }\n',
  },
  {
    what: 'has a method of the name',
    text: 'const list = { sessions() {}, async sessions(): Promise<void> {} };\n',
  },
  { what: 'has a field of the name', text: 'class Shop {\n  sessions = new Map();\n  #sessions = 1;\n}\n' },
  { what: 'imports that name under another', text: "import { sessions as table } from './schema.js';\n" },
  { what: 'has longer names', text: 'const mySessions = 1, $sessions = 2, sessions$ = 3, sessionsOf = 4;\n' },
])('a file that $what gets the sessions', ({ text }) => {
  const edited = patched(text + APP);
  expect(edited).toContain("import { sessions } from '../lib/session/index.js';\n");
  expect(edited).toMatch(/\nsessions\(app\);\n/);
});

const TAKEN =
  'src/app.ts:1 already uses the name `sessions`; import the generated one under another name, such as `mongoSessions`';

test.each([
  {
    text: `import { sessions } from '${OWN}';\n`,
    says: 'src/app.ts:1 imports `sessions`, and nothing calls it',
  },
  {
    text: `import {\n  sessions as mount,\n} from '${OWN}';\n// mount(app);\n`,
    says: 'src/app.ts:2 imports `mount`, and nothing calls it',
  },
  { text: "import { sessions } from './routes/sessions.js';\nsessions(app);\n", says: TAKEN },
  { text: "import { routes as sessions } from './routes.js';\n", says: TAKEN },
  { text: "import sessions from './sessions.js';\n", says: TAKEN },
  { text: "import * as sessions from './sessions.js';\n", says: TAKEN },
  { text: "import { sessions } from '@acme/schema';\n", says: TAKEN },
  { text: "import { sessions } from '@acme/telemetry';\nsessions(1);\n", says: TAKEN },
  { text: "import { sessions, users } from '#routes';\nuse(sessions());\n", says: TAKEN },
  { text: "import { sessions } from '~/user/session';\nsessions(1);\n", says: TAKEN },
  { text: "const { sessions } = require('./schema');\n", says: TAKEN },
  { text: 'const sessions = new Map();\n', says: TAKEN },
  { text: 'let one, sessions = 2;\n', says: TAKEN },
  { text: 'const sessions: Map<string, string> = new Map();\n', says: TAKEN },
  { text: 'const { list: sessions } = all;\n', says: TAKEN },
  { text: 'const { sessions = 1 } = all;\n', says: TAKEN },
  { text: 'function sessions(app) {}\n', says: TAKEN },
  { text: 'class sessions {}\n', says: TAKEN },
  { text: 'const start = (sessions: number) => 1;\n', says: TAKEN },
])('nothing is edited where the name is taken: $text', ({ text, says }) => {
  expect(() => patched(text + APP)).toThrow(says);
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
  {
    what: 'a module that is called with options over several lines',
    text: "const Koa = require('koa');\nconst log = require('pino')({\n  level: 'info',\n});\nconst app = new Koa();\n",
    before: '});',
  },
  {
    what: 'such a module without semicolons',
    text: "const Koa = require('koa')\nconst log = require('pino')\n  ({\n  level: ')',\n})\n  .child()\nconst app = new Koa()\n",
    before: '  .child()',
  },
  {
    what: 'an import with attributes over several lines',
    text: "import Koa from 'koa';\nimport d from './a.json' with {\n  type: 'json',\n};\nconst app = new Koa();\n",
    before: '};',
  },
  {
    what: 'an import with its module in the next line',
    text: "import Koa from 'koa'\nimport d\n  from './d.js'\nconst app = new Koa()\n",
    before: "  from './d.js'",
  },
  {
    what: 'the imports, and not in a comment or a text',
    text: "import Koa from 'koa';\n/*\nimport x from 'y';\n*/\nconst text = `\nimport x from 'y';\n`;\nconst app = new Koa();\n",
    before: "import Koa from 'koa';",
  },
  {
    what: 'the imports, and not in a function',
    text: "const Koa = require('koa');\nfunction x() {\nconst y = require('y');\n}\nconst app = new Koa();\n",
    before: "const Koa = require('koa');",
  },
  {
    what: 'the imports, and not in the statement that has the app',
    text: "const Koa = require('koa');\nconst run = require('run')(() => {\n  const app = new Koa();\n});\n",
    before: "const Koa = require('koa');",
  },
  {
    what: 'an import with a comment that has a bracket, and regular expressions',
    text: "import Koa from 'koa'; // (\nconst QUOTE = /[\"'`/*({]\\//;\nimport a from 'a'; /* ( */\nconst app = new Koa();\n",
    before: "import a from 'a'; /* ( */",
  },
  {
    what: 'a module that is only run',
    text: "'use strict';\nrequire('dotenv').config();\n\nconst app = new (require('koa'))();\n",
    before: "require('dotenv').config();",
  },
  {
    what: 'the line of the interpreter',
    text: "#!/usr/bin/env -S node --title='x\nconst app = new (require('koa'))();\n",
    before: "#!/usr/bin/env -S node --title='x",
  },
  {
    what: 'a line for the compiler',
    text: "// @ts-check\nconst app = new (require('koa'))();\n",
    before: '// @ts-check',
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
  { app: 'const app = new Koa({\n  proxy: true,\n});\n', call: 'sessions(app);\n' },
  { app: 'const app = new Koa({\n  keys: keysOf(env), // signs\n})\n', call: 'sessions(app)\n' },
  { app: 'this.app = new Koa<State, Custom>(\n  options,\n);\n', call: 'sessions(this.app);\n' },
  { app: 'const app = new Koa<State, Context & Router<State>>();\n', call: 'sessions(app);\n' },
  { app: 'const app = new Koa<\n  State,\n  Custom\n>();\n', call: 'sessions(app);\n' },
  { app: 'const app: Koa =\n  new Koa({ proxy: true });\n', call: 'sessions(app);\n' },
  {
    app: "const app = new Koa({\n  keys: env.KEYS.split(',').map((key) => key.trim()), env: ':)',\n});\n",
    call: 'sessions(app);\n',
  },
])('the call follows the whole statement: $app', ({ app, call }) => {
  expect(patched(`import Koa from 'koa';\n${app}const port = 3000;\n`)).toContain(
    `${app}${call}const port = 3000;`,
  );
});

test('a private property of an object is the app', () => {
  const text = `import Koa from 'koa';\nclass Server {\n  #app;\n  constructor() {\n    this.#app = new Koa();\n  }\n}\n`;
  expect(patched(text)).toContain('    this.#app = new Koa();\n    sessions(this.#app);\n');
});

test('the import ends with a semicolon before a line that would continue it', () => {
  const text = "(function () {\n  const Koa = require('koa')\n  const app = new Koa()\n})()\n";
  expect(patched(text)).toMatch(/^const \{ sessions \} = require\('.*'\);\n\(function/);
});

test('nothing is edited where the brackets do not balance', () => {
  expect(() => patched("const Koa = require('koa');\nf(1));\nconst app = new Koa();\n")).toThrow(
    'the brackets around the app at src/app.ts:3 are not understood',
  );
});

test.each([
  {
    text: 'const one = 1\n  , app = new Koa()\n  , two = 2',
    says: 'is not created by a statement of its own',
  },
  { text: 'const app = new Koa(), port = 3000;', says: 'is not created by a statement of its own' },
  { text: 'const app = new Koa(), shop = new Shop(app);', says: 'is not created by a statement of its own' },
  { text: 'const app = new Koa(); app.use(new Shop());', says: 'is not created by a statement of its own' },
  { text: 'class Shop {\n  app = new Koa();\n}', says: 'at the start of the constructor' },
  { text: 'class Shop {\n  static app = new Koa();\n}', says: 'is not created by a statement of its own' },
  {
    text: 'class Shop {\n  private readonly app: Koa = new Koa();\n}',
    says: 'at the start of the constructor',
  },
  { text: 'class Shop {\n  #port = 1;\n\n  #app = new Koa();\n}', says: 'at the start of the constructor' },
  {
    text: 'class Shop extends Koa<State> {}\nexport const app = new Shop();',
    says: 'call sessions() with `this` in src/app.ts, directly after `super()` in the constructor of the class at line 2',
  },
  { text: 'const app = new Koa()\n  .use(home);', says: 'is not created by a statement of its own' },
  {
    text: 'const app = new Koa({\n  proxy: true,\n}), port = 3000;',
    says: 'is not created by a statement of its own',
  },
  {
    text: 'const app = new Koa({\n  proxy: true,\n}).use(home);',
    says: 'is not created by a statement of its own',
  },
  { text: 'function make(\n  app = new Koa()\n) {}', says: 'is not created by a statement of its own' },
  {
    text: 'const [\n  app = new Koa({\n    proxy: true,\n  })\n] = made;',
    says: 'is not created by a statement of its own',
  },
  { text: 'const {\n  app = new Koa()\n} = options;', says: 'is not created by a statement of its own' },
  { text: 'export default new Koa();', says: 'has no name' },
  { text: 'const shop = new Shop(new Koa(), home);', says: 'has no name' },
  { text: 'const app = setUp(new Koa());', says: 'is not created by a statement of its own' },
  { text: '<<<<<<< HEAD\nuse(1);\n=======\n>>>>>>> a\nconst app = new Koa();', says: 'has conflict markers' },
  { text: 'const app = await setUp (new Koa());', says: 'is not created by a statement of its own' },
  { text: 'if (on) { const app = new Koa(); }', says: 'is not created by a statement of its own' },
])('nothing is edited if there is no place for the call: $text', ({ text, says }) => {
  expect(() => patched(`${IMPORT}${text}\n`)).toThrow(says);
});

describe('the database of the driver is the one that the app takes from its client', () => {
  const DRIVER = `${IMPORT}import { MongoClient } from 'mongodb';\n`;
  const CLIENT = 'const client = new MongoClient(url);\n';
  const APP = 'const app = new Koa();\n';
  const mounted = (text: string, databases?: readonly Place[]) =>
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
    expect(() => mounted(CLIENT + APP, [{ path: 'src/users.ts', line: 3 }])).toThrow(
      'and src/users.ts:3 names one',
    );
  });
});

describe('the connection of Mongoose is the default one', () => {
  const mounted = (imports: string, others?: Readonly<Record<string, string>>) =>
    patched(`${imports}\n${APP}`, { connection: STYLES.mongoose }, [], others)?.match(/^sessions\(.*$/m)?.[0];
  const OPENED = "import mongoose from 'mongoose';\nexport const shop = mongoose.createConnection(url);\n";

  test.each([
    { imports: "import mongoose from 'mongoose';", name: 'mongoose' },
    { imports: "import * as m from 'mongoose';", name: 'm' },
    { imports: "import m, { type Connection } from 'mongoose';", name: 'm' },
    { imports: "import m = require('mongoose');", name: 'm' },
    { imports: "import type { Schema } from 'mongoose';\nimport m from 'mongoose';", name: 'm' },
    { imports: "// import type x from 'mongoose'\nimport type from 'mongoose';", name: 'type' },
  ])('of $imports', ({ imports, name }) => {
    expect(mounted(imports)).toBe(`sessions(app, ${name}.connection);`);
  });

  test.each([
    { imports: "import { connect, connection } from 'mongoose';", name: 'connection' },
    { imports: "import { connection as db } from 'mongoose';", name: 'db' },
    { imports: "const { connection: db } = require('mongoose');", name: 'db' },
    { imports: "import m, { connection } from 'mongoose';", name: 'm.connection' },
  ])('is passed by the name that $imports gives it', ({ imports, name }) => {
    expect(mounted(imports)).toBe(`sessions(app, ${name});`);
  });

  test.each([
    "import type mongoose from 'mongoose';",
    "import type * as mongoose from 'mongoose';",
    "import type mongoose = require('mongoose');",
    "import { type Connection } from 'mongoose';",
    "import { connection } from './db';\nimport { Schema } from 'mongoose';",
    "// import mongoose from 'mongoose';",
  ])('and not known from %s', (imports) => {
    expect(() => mounted(imports)).toThrow('does not say which Mongoose connection');
  });

  test('which has to be opened where another one is made', () => {
    const imports = "import mongoose from 'mongoose';";
    expect(() => mounted(imports, { 'src/db.ts': OPENED })).toThrow('is made at src/db.ts:2');
    const others = { 'src/db.ts': OPENED, 'src/server.ts': `${imports}\nawait mongoose.connect(url);\n` };
    expect(mounted(imports, others)).toBe('sessions(app, mongoose.connection);');
  });
});

test.each([
  'const app = new Koa<Koa.DefaultState, { db: Db; log: (text: string) => void }>();',
  'const app = new Koa<\n  State,\n  { db: Db; jobs: Map<string, Set<() => void>> }\n>({ proxy: true });',
  'const app: Koa<State, { log: (text: string) => void }> = new Koa();',
])('an app with types is found and edited: %s', (made) => {
  expect(patched(`import Koa from 'koa';\n${made}\napp.use(home);\n`)).toBe(
    `import Koa from 'koa';\nimport { sessions } from '${OWN}';\n${made}\nsessions(app);\napp.use(home);\n`,
  );
});

test('a call with types counts as one', () => {
  const types = '<State, { db: Db; log: (text: string) => void }>';
  expect(patched(`import { sessions } from '${OWN}';\n${APP}sessions${types}(app);\n`)).toBeUndefined();
});

test.each([
  { what: 'names', text: 'const metrics = new Koa();\nconst app = new Koa();\n', lines: [2, 3] },
  {
    what: 'functions, under one name',
    text: 'function metrics() {\n  const app = new Koa();\n}\nfunction shop() {\n  const app = new Koa();\n}\n',
    lines: [3, 6],
  },
  {
    what: 'branches',
    text: 'let app;\nif (isTest) {\n  app = new Koa();\n} else {\n  app = new Koa({ proxy: true });\n}\n',
    lines: [4, 6],
  },
])('of two apps in a file, in two $what, none is chosen without a word', ({ text, lines }) => {
  expect(() => patched(`import Koa from 'koa';\n${text}`)).toThrow(
    `src/app.ts:${lines[0]} and src/app.ts:${lines[1]} each create an app`,
  );
});

test.each([
  { text: "import type { Session } from 'koa-session';\nimport { type a } from 'koa-session';\n" },
  { text: "import { Session, type opts } from 'koa-session';\n" },
  { text: "import 'koa-session';\n" },
  { text: "export type Own = import('koa-session').Session;\n" },
  { path: 'src/koa-session.d.ts', text: "import session from 'koa-session';\n" },
  ...['test/app.ts', 'e2e/app.ts', 'src/app.e2e-spec.ts', 'mock/server.js'].map((path) => ({
    path,
    text: "import session from 'koa-session';\n",
  })),
])('is no other session middleware: $path $text', ({ path = 'src/types.ts', text }) => {
  expect(patched(APP, {}, [], { [path]: text })).toBeDefined();
});

test.each([
  "import { type a, b } from 'koa-generic-session';",
  "import { createSession } from 'koa-session';",
  "import { default as session } from 'koa-session';",
  "export * from 'koa-session';",
  "require('koa-session');",
])('nothing is edited beside other sessions: %s', (other) => {
  const text = `import type { a } from 'b';\n${other}\n`;
  expect(() => patched(text + APP)).toThrow('there are other sessions at src/app.ts:2 (koa-');
  expect(() => patched(APP, {}, [], { 'src/set-up.ts': text })).toThrow('at src/set-up.ts:2 (koa-');
});

test('of several Mongoose databases, none is taken', () => {
  const text = `${IMPORT}import mongoose from 'mongoose';\nconst db = mongoose.connection.useDb('shop');\nconst app = new Koa();\n`;
  expect(() => patched(text, { connection: STYLES.mongoose })).toThrow('which Mongoose connection');
});
