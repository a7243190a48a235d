import { describe, expect, test } from 'vitest';
import type { ProjectSettings } from '../../../src/core/answers/settings.ts';
import { koaSourceIn } from '../../../src/core/project/koa-source.ts';
import { isStartedWithEnv, stepsIn } from '../../../src/core/project/running-app.ts';
import { envLoading } from '../../../src/core/report/env-loading.ts';
import { mountingOf } from '../../../src/core/report/mounting.ts';
import { commandsIn } from '../../../src/io/read/package-json.ts';
import { PLAIN, STYLES } from '../../support/generated.ts';

const REQUIRED = "const Koa = require('koa');\nconst server = new Koa();\n";
const IMPORTED = "import Koa from 'koa';\nexport const app = new Koa();\n";

const NO_SOURCES = { koaSources: [], databases: [], connections: [] };

/** What the names of modules mean in the project. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  '#session': ['session'],
  '#routes': ['routes'],
};

function mountingIn(path: string, text: string, settings: Partial<typeof PLAIN> = {}) {
  const koaSources = [koaSourceIn(path, text) ?? []].flat().map((source) => ({
    ...source,
    imported: source.imported.map((each) => ({ ...each, targets: TARGETS[each.from] ?? [] })),
  }));
  return mountingOf({ ...PLAIN, ...settings }, { ...NO_SOURCES, koaSources });
}

describe('the lines that mount sessions', () => {
  test.each([
    {
      path: 'src/app.ts',
      text: IMPORTED,
      lines: ["import { sessions } from './session/index.ts';", 'sessions(app);'],
    },
    {
      path: 'index.js',
      text: REQUIRED,
      lines: ["const { sessions } = require('./src/session/index.ts');", 'sessions(server);'],
    },
    {
      path: 'lib/web/app.mjs',
      text: IMPORTED,
      lines: ["import { sessions } from '../../src/session/index.ts';", 'sessions(app);'],
    },
  ])('in $path', ({ path, text, lines }) => {
    expect(mountingIn(path, text)).toMatchObject({ mount: lines, mountIn: `${path}:2` });
  });

  test.each([
    {
      text: 'class Shop {\n  private readonly app = new Koa();\n}\n',
      call: 'sessions(this.app);',
      within: 'field',
    },
    {
      text: 'class Shop {\n  private static readonly app = new Koa();\n}\n',
      call: 'sessions(app);',
      within: 'part',
    },
    { text: 'class Shop {\n  static app: Koa = new Koa();\n}\n', call: 'sessions(app);', within: 'part' },
    {
      text: 'export class Shop extends Koa {\n  constructor() {\n    super();\n  }\n}\n',
      call: 'sessions(this);',
      within: 'class',
    },
    {
      text: 'class Shop<\n  State = Koa.DefaultState,\n  Own = Koa.Own,\n> extends Koa<State, Own> {\n}\n',
      call: 'sessions(this);',
      within: 'class',
    },
    { text: 'class Shop extends Koa.default {\n}\n', call: 'sessions(this);', within: 'class' },
    { text: 'const app = new Koa.default().use(home);\n', call: 'sessions(app);', within: 'chain' },
    { text: 'class Shop<A> extends Koa {\n}\n', call: 'sessions(this);', within: 'class' },
    { text: 'class Shop extends Koa implements Web {\n}\n', call: 'sessions(this);', within: 'class' },
    { text: 'const app = new Koa({ proxy: on() }).use(home);\n', call: 'sessions(app);', within: 'chain' },
    {
      text: 'const app = new Koa<A, { b: () => C }>().use(home);\n',
      call: 'sessions(app);',
      within: 'chain',
    },
    { text: 'const app = new Koa({ proxy: on() });\n', call: 'sessions(app);', within: undefined },
    { text: 'module.exports = app = new Koa();\n', call: 'sessions(app);', within: undefined },
    { text: 'export function shop(app = new Koa()) {\n}\n', call: 'sessions(app);', within: 'part' },
    {
      text: 'if (web)\n  app = new Koa();\nelse\n  app = make();\n',
      call: 'sessions(app);',
      within: 'part',
    },
    { text: 'const {\n  app = new Koa(),\n} = options;\n', call: 'sessions(app);', within: 'part' },
    { text: 'export default serve(new Koa());\n', call: 'sessions(app);', within: 'part' },
    { text: 'const api = setUp(new Koa());\n', call: 'sessions(api);', within: 'part' },
    { text: 'const shop = new Shop(new Koa(), home);\n', call: 'sessions(app);', within: 'part' },
    { text: 'const shop = new Shop(at(1), new Koa());\n', call: 'sessions(app);', within: 'part' },
    { text: "const shop = require('koa-qs')(new Koa());\n", call: 'sessions(shop);', within: 'part' },
    { text: '  this.app = websockify(new Koa());\n', call: 'sessions(this.app);', within: 'part' },
    { text: '  this.web = options.web || new Koa();\n', call: 'sessions(this.web);', within: 'part' },
    { text: 'const shop = web ?? new Koa();\n', call: 'sessions(shop);', within: 'part' },
    { text: 'const shop = isOld ? new Old(1) : new Koa();\n', call: 'sessions(shop);', within: 'part' },
    { text: 'shop ??= new Koa();\n', call: 'sessions(shop);', within: 'part' },
    { text: 'export = new Koa();\n', call: 'sessions(app);', within: 'part' },
    { text: 'module.exports = (shop = new Koa());\n', call: 'sessions(shop);', within: undefined },
    { text: 'this.web = createServer(new Koa().callback());\n', call: 'sessions(app);', within: 'chain' },
    { text: 'const router = new Router(), shop = new Koa();\n', call: 'sessions(shop);', within: 'part' },
    {
      text: 'const shop = this.app = new Koa(),\n  http = createServer(shop.callback()).listen(1);\n',
      call: 'sessions(shop);',
      within: undefined,
    },
    {
      text: 'const shop = new Koa(); shop.use(home); shop.listen(1);\n',
      call: 'sessions(shop);',
      within: 'part',
    },
    { text: 'const shop = new Koa; shop.use(home);\n', call: 'sessions(shop);', within: 'part' },
    {
      text: 'const shop = new Koa\nshop.use(home); shop.listen(1)\n',
      call: 'sessions(shop);',
      within: undefined,
    },
    { text: 'exports.handler = serverless(new Koa().use(home));\n', call: 'sessions(app);', within: 'chain' },
    {
      text: 'const handler = serverlessExpress({ app: new Koa() });\n',
      call: 'sessions(app);',
      within: 'part',
    },
    { text: 'const server = new Koa().use(home).listen(1);\n', call: 'sessions(app);', within: 'chain' },
    {
      text: 'const server = createServer(new Koa()\n  .use(home)\n  .callback());\n',
      call: 'sessions(app);',
      within: 'chain',
    },
  ])('fit an app that is created by $text', ({ text, call, within }) => {
    const { mount, ...mounting } = mountingIn('src/app.ts', `import Koa from 'koa';\n${text}`);
    expect({ call: mount.at(-1), within: mounting.within }).toEqual({ call, within });
  });

  test('create the app that createKoaServer() would return with its routes', () => {
    const text =
      "import { createKoaServer } from 'routing-controllers';\n\nexport default createKoaServer({});\n";
    const { mount, mountIn, within } = mountingIn('src/main.ts', text);
    expect(mount.slice(1)).toEqual(["import Koa from 'koa';", 'const app = new Koa();', 'sessions(app);']);
    expect({ mountIn, within }).toEqual({ mountIn: 'src/main.ts:3', within: 'routing' });
  });

  test.each([
    { text: IMPORTED, adds: ["import mongoose from 'mongoose';", 'sessions(app, mongoose.connection);'] },
    {
      text: REQUIRED,
      adds: ["const mongoose = require('mongoose');", 'sessions(server, mongoose.connection);'],
    },
    { text: `import db from 'mongoose';\n${IMPORTED}`, adds: ['sessions(app, db.connection);'] },
    { text: `import { connection } from 'mongoose';\n${IMPORTED}`, adds: ['sessions(app, connection);'] },
    {
      text: `import { mongoose } from '@typegoose/typegoose';\n${IMPORTED}`,
      adds: ["import mongooseModule from 'mongoose';", 'sessions(app, mongooseModule.connection);'],
    },
    {
      text: `const mongoose = require('./lib/mongoose');\n${REQUIRED}`,
      adds: ["const mongooseModule = require('mongoose');", 'sessions(server, mongooseModule.connection);'],
    },
  ])('import Mongoose where the file does not: $text', ({ text, adds }) => {
    const source = koaSourceIn('src/app.ts', text);
    const settings = { ...PLAIN, connection: STYLES.mongoose };
    const { mount } = mountingOf(settings, { ...NO_SOURCES, koaSources: source ? [source] : [] });
    expect(mount.slice(1)).toEqual(adds);
  });

  test.each([
    { text: `${REQUIRED}const mongoose = require('mongoose');\n`, within: 'part' },
    { text: `const mongoose = require('mongoose');\n${REQUIRED}`, within: undefined },
    { text: `${IMPORTED}import mongoose from 'mongoose';\n`, within: undefined },
  ])('do not follow the app directly if Mongoose is required below it: $text', ({ text, within }) => {
    const source = koaSourceIn('src/app.ts', text);
    const settings = { ...PLAIN, connection: STYLES.mongoose };
    const mounting = mountingOf(settings, { ...NO_SOURCES, koaSources: source ? [source] : [] });
    expect(mounting.within).toBe(within);
  });

  test.each([
    { path: 'src/db.ts', name: 'shop', within: undefined },
    { path: 'src/db.ts', name: undefined, within: 'part' },
    { path: 'src/app.ts', name: 'shop', within: 'part' },
  ])('do not follow the app directly if $path may make $name later', ({ path, name, within }) => {
    const source = koaSourceIn('src/app.ts', IMPORTED);
    const connections = [{ path, line: 9, name, isDefault: false }];
    const settings = { ...PLAIN, connection: STYLES.mongoose };
    const mounting = mountingOf(settings, { ...NO_SOURCES, connections, koaSources: source ? [source] : [] });
    expect(mounting.within).toBe(within);
  });

  test('show what to pass as the database', () => {
    const mount = (style: 'db' | 'mongoose') =>
      mountingOf({ ...PLAIN, connection: STYLES[style] }, NO_SOURCES).mount.at(-1);
    expect([mount('db'), mount('mongoose')]).toEqual([
      'sessions(app, db);',
      'sessions(app, mongoose.connection);',
    ]);
  });

  test.each([
    { text: "const client = new MongoClient(url);\nconst db = client.db('shop');\n", argument: 'db' },
    { text: 'const mongo = new MongoClient(url);\n', argument: 'mongo.db()' },
    {
      text: 'const mongo = new MongoClient(url);\n',
      databases: [{ path: 'src/users.ts', line: 3 }],
      argument: 'db',
    },
  ])('take the database from the app: $argument', ({ text, databases = [], argument }) => {
    const source = koaSourceIn('src/app.ts', `import Koa from 'koa';\n${text}const app = new Koa();\n`);
    const settings = { ...PLAIN, connection: STYLES.db };
    const { mount } = mountingOf(settings, { ...NO_SOURCES, koaSources: source ? [source] : [], databases });
    expect(mount.at(-1)).toBe(`sessions(app, ${argument});`);
  });

  test.each([
    { above: "const db = client.db('shop');\n", within: undefined },
    { above: "const { connect } = require('./db');\n", within: 'part' },
  ])('do not follow the app directly if the database is made elsewhere: $above', ({ above, ...where }) => {
    const source = koaSourceIn('src/app.ts', `${above}${REQUIRED}connect().then((db) => serve(db));\n`);
    const project = { ...NO_SOURCES, koaSources: source ? [source] : [] };
    expect(mountingOf({ ...PLAIN, connection: STYLES.db }, project)).toMatchObject(where);
  });

  test.each([
    { text: 'const app = new Koa({\n  proxy: true,\n});\n', line: 4 },
    { text: 'const app =\n  // the shop\n  new Koa()\n', line: 4 },
    { text: 'const app = new Koa(),\n  port = 3000;\n', line: 3 },
    { text: 'const app = new Koa({ env: "(" }); // (\n(async () => {\n})();\n', line: 2 },
    { text: 'export default run(new Koa({\n  proxy: true,\n}), 3000);\n', line: 2 },
    { text: 'if (on) {\n  app = new Koa({\n    keys,\n  })\n}\n', line: 5 },
    { text: 'const app = new Koa({\n  proxy: true,\n})\n  .use(home);\n', line: 2 },
  ])(
    'belong after the end of the statement, unless that is too late: line $line of $text',
    ({ text, line }) => {
      expect(mountingIn('src/app.ts', `import Koa from 'koa';\n${text}`).mountIn).toBe(`src/app.ts:${line}`);
    },
  );

  test.each([
    { made: { name: 'shop' }, argument: 'shop', connection: 'src/db.ts:2' },
    { made: { name: undefined }, argument: 'connection', connection: 'src/db.ts:2' },
    { made: { name: 'shop', isDefault: true }, argument: 'mongoose.connection', connection: undefined },
  ])('pass the connection that the app opens: $argument', ({ made, argument, connection }) => {
    const opened = { path: 'src/db.ts', line: 2, isDefault: false, ...made };
    const project = { ...NO_SOURCES, connections: [opened] };
    const mounting = mountingOf({ ...PLAIN, connection: STYLES.mongoose }, project);
    expect({ call: mounting.mount.at(-1), connection: mounting.connection }).toEqual({
      call: `sessions(app, ${argument});`,
      connection,
    });
    expect(mountingOf(PLAIN, project).connection).toBeUndefined();
  });

  test.each([
    {
      text: 'const sessions = new Map();\n',
      import: 'sessions as mongoSessions',
      call: 'mongoSessions(app);',
    },
    { text: "import { sessions } from './session';\n", import: 'sessions', call: 'sessions(app);' },
    {
      text: "const sessions = 1;\nimport { sessions as mount } from './session/index.ts';\nmount(app);\n",
      import: 'sessions as mount',
      call: 'mount(app);',
    },
    {
      text: "import { sessions } from '#session';\nsessions(app);\n",
      import: 'sessions',
      call: 'sessions(app);',
    },
    {
      text: "import { sessions } from '#routes';\nserve(sessions());\n",
      import: 'sessions as mongoSessions',
      call: 'mongoSessions(app);',
    },
    {
      text: "import { sessions } from '@acme/telemetry';\nsessions(app);\n",
      import: 'sessions as mongoSessions',
      call: 'mongoSessions(app);',
    },
  ])('use a free name: $call after $text', ({ text, import: name, call }) => {
    expect(mountingIn('src/app.ts', `${IMPORTED}${text}`).mount).toEqual([
      `import { ${name} } from './session/index.ts';`,
      call,
    ]);
  });

  test('use a free name also with require()', () => {
    expect(mountingIn('src/app.js', `${REQUIRED}const sessions = new Map();\n`).mount).toEqual([
      "const { sessions: mongoSessions } = require('./session/index.ts');",
      'mongoSessions(server);',
    ]);
  });

  test('name where the app sets its own keys', () => {
    expect(mountingIn('src/app.ts', `${IMPORTED}app.keys = ['secret'];\n`).keys).toBe('src/app.ts:3');
    expect(mountingIn('src/app.ts', IMPORTED).keys).toBeUndefined();
  });

  test('name the other session middleware that they replace', () => {
    const text = `${IMPORTED}import session from 'koa-session';\n`;
    expect(mountingIn('src/app.ts', text).instead).toBe('src/app.ts:3 (koa-session)');
  });

  test('name it in each file that has a part of it', () => {
    const texts = {
      'lib/store.js': "module.exports = require('koa-session-mongoose').create();\n",
      'session.js': "const session = require('koa-generic-session');\n",
      'test/session.js': "const session = require('koa-session');\n",
    };
    const koaSources = Object.entries(texts).flatMap((file) => koaSourceIn(...file) ?? []);
    expect(mountingOf(PLAIN, { ...NO_SOURCES, koaSources }).instead).toBe(
      'lib/store.js:1 (koa-session-mongoose) and session.js:1 (koa-generic-session)',
    );
  });

  test('assume a file next to the session folder if no app is found', () => {
    expect(mountingOf(PLAIN, NO_SOURCES)).toMatchObject({
      mount: ["import { sessions } from './session/index.ts';", 'sessions(app);'],
      mountIn: 'src/',
    });
  });
});

describe('.env is loaded', () => {
  const { project } = PLAIN;
  const LOAD = "if (existsSync('.env')) process.loadEnvFile();";
  const IMPORT = "import { existsSync } from 'node:fs';";
  const lines = (scripts: Record<string, string>, change: Partial<ProjectSettings> = {}, loadsEnv = false) =>
    envLoading(
      { project: { ...project, ...change }, app: false },
      { loadsEnv: loadsEnv || isStartedWithEnv(commandsIn(scripts, undefined)) },
      undefined,
    );

  test.each([
    { start: 'node dist/index.js' },
    { start: 'npm run build && node .', dev: 'tsx watch src/app.ts' },
    { start: 'nodemon --exec ts-node src/app.ts' },
    { test: 'node --env-file=.env --test' },
    { start: 'node --env-file=config/dev.env .' },
    { start: 'node --env-file-if-exists dev.env .' },
    { start: 'env-cmd -f ./config/dev.env node .' },
    { start: 'env-cmd --verbose -e dev node .' },
    { start: 'dotenv -e .env.local -- node .' },
    { start: 'dotenv -e ../../.env -- node .' },
    { start: 'env-cmd -f config/.env node .' },
    { start: 'DOTENV_CONFIG_PATH=dev.env node -r dotenv/config .' },
    {},
  ])('in the app, where the file may be missing, and not by $start', (scripts) => {
    expect(lines(scripts as Record<string, string>)).toEqual([IMPORT, LOAD]);
  });

  test.each([
    { language: 'javascript', first: "const { existsSync } = require('node:fs');" },
    { language: 'typescript', first: IMPORT },
  ] as const)('in the words of CommonJS in $language', ({ language, first }) => {
    expect(lines({}, { modules: 'commonjs', language })).toEqual([first, LOAD]);
  });

  test.each([
    { start: 'node --env-file=.env .' },
    { 'start:dev': 'node --env-file-if-exists=.env .' },
    { start: 'node -r dotenv/config .' },
    { dev: 'env-cmd node .' },
    { dev: 'env-cmd -f ./.env node .' },
    { dev: 'dotenv -e .env.local -e .env -- node .' },
    { dev: 'nodemon -e js,json -r dotenv/config .' },
    { dev: 'dotenv -- nodemon -e js,json .' },
    { dev: 'node --env-file=.env --env-file=.env.local .' },
  ])('by $start already', (scripts) => {
    expect(lines(scripts as Record<string, string>)).toEqual([]);
  });

  test('by Bun without a flag', () => {
    expect(lines({}, { manager: 'bun' })).toEqual([]);
  });

  test.each([
    { text: "import 'dotenv/config';", loads: true },
    { text: "import dotenv from 'dotenv';\ndotenv.config();", loads: true },
    { text: "require('dotenv').config();", loads: true },
    { text: "import { config } from '@dotenvx/dotenvx';", loads: true },
    { text: 'process.loadEnvFile();', loads: true },
    { text: "import dotenv from 'dotenv';\ndotenv.config({ debug: true });", loads: true },
    { text: "require('dotenv').config({ path: require('path').join(__dirname, '../.env') });", loads: true },
    { text: "import { config } from 'dotenv';\nconfig({ path: ['.env.local', '.env'] });", loads: true },
    { text: "process.loadEnvFile('.env');", loads: true },
    { text: "import dotenv from 'dotenv';\ndotenv.config({ path: '.env.' + mode });", loads: false },
    { text: "require('dotenv').config({\n  path: 'config/dev.env',\n});", loads: false },
    { text: "require('dotenv').config({ path });", loads: false },
    { text: "process.loadEnvFile('dev.env');", loads: false },
    { text: "require('dotenv').config({ path: '../../.env' });", loads: false },
    { text: "require('dotenv').config({ path: resolve(__dirname, '..', '..', '.env') });", loads: false },
    { text: "// import 'dotenv/config';", loads: false },
    { text: "import './dotenv/mine.js';", loads: false },
  ])('by the app, or not: $text', ({ text, loads }) => {
    expect(stepsIn('src/app.ts', text, undefined, false).steps.includes('env')).toBe(loads);
    expect(lines({ start: 'node .' }, {}, loads)).toEqual(loads ? [] : [IMPORT, LOAD]);
  });
});
