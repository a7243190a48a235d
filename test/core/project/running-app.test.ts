import { expect, test } from 'vitest';
import { koaSourceIn } from '../../../src/core/project/koa-source.ts';
import { runningApp, stepsIn } from '../../../src/core/project/running-app.ts';

type Files = Readonly<Record<string, string>>;

/** @param isInOrder as in CommonJS that tsc writes */
function find(files: Files, commands: readonly string[] = [], isInOrder = false) {
  const sources = Object.entries(files).map(([path, text]) =>
    stepsIn(path, text, koaSourceIn(path, text)?.app, isInOrder),
  );
  const apps = Object.keys(files).filter((path) => files[path]?.includes('new Koa()'));
  const named = commands.map((command, at) => ({ name: `${at}`, command, isStart: true }));
  const resolve = (name: string) =>
    name.startsWith('@/') ? [`/src/${name.slice(2)}`] : name.startsWith('#') ? [name.slice(1)] : [];
  return runningApp(sources, apps, named, resolve, []);
}

const APP = "import Koa from 'koa';\nexport const app = new Koa();\n";
const FACTORY =
  "import Koa from 'koa';\nexport function create() {\n  const app = new Koa();\n  return app;\n}\n";
const REQUIRED = "const Koa = require('koa');\nmodule.exports = new Koa();\n";
const SERVER = "import { app } from './app.js';\napp.listen(3000);\n";
const CONFIG = "import dotenv from 'dotenv';\ndotenv.config();\n";

test.each<{ what: string; files: Files; commands?: string[]; isInOrder?: boolean; loads: boolean }>([
  {
    what: 'by what its command loads before',
    files: { 'src/env.js': CONFIG, 'src/app.js': APP },
    commands: ['node --import ./src/env.js src/app.js'],
    loads: true,
  },
  {
    what: 'not by what another command loads',
    files: { 'src/env.js': CONFIG, 'src/seed.js': '', 'src/app.js': APP },
    commands: ['node src/app.js', 'node --import ./src/env.js src/seed.js'],
    loads: false,
  },
  { what: 'by its own file', files: { 'app.js': `import 'dotenv/config';\n${APP}` }, loads: true },
  { what: 'by a bare import below', files: { 'app.js': `${APP}import 'dotenv/config';\n` }, loads: true },
  { what: 'by a call above', files: { 'app.js': `${CONFIG}${APP}` }, loads: true },
  { what: 'not by a call below', files: { 'app.js': `${APP}${CONFIG}` }, loads: false },
  { what: 'not by Node below', files: { 'app.js': `${APP}process.loadEnvFile();\n` }, loads: false },
  {
    what: 'not by a call below an import',
    files: { 'app.js': `import dotenv from 'dotenv';\n${APP}dotenv.config();\n` },
    loads: false,
  },
  {
    what: 'not by another function above, whose name begins alike',
    files: {
      'app.js': `import dotenv from 'dotenv';\nconst routes = loadRoutes();\n${APP}dotenv.config();\n`,
    },
    loads: false,
  },
  {
    what: 'not by a call below, with a name of its own',
    files: { 'app.js': `import { config as readEnv } from 'dotenv';\n${APP}readEnv();\n` },
    loads: false,
  },
  {
    what: 'not by a call for another file, with a name of its own',
    files: {
      'app.js': `const { config: readEnv } = require('dotenv');\nreadEnv({ path: 'dev.env' });\n${APP}`,
    },
    loads: false,
  },
  {
    what: 'not by configDotenv() below',
    files: { 'app.js': `import { configDotenv } from 'dotenv';\n${APP}configDotenv();\n` },
    loads: false,
  },
  {
    what: 'by a call anywhere if the app is created in a function',
    files: { 'app.js': `${FACTORY}${CONFIG}` },
    loads: true,
  },
  {
    what: 'not by a file of which only types are imported',
    files: {
      'src/config.ts': CONFIG,
      'src/models.ts': "import dotenv from 'dotenv';\ndotenv.config();\nexport type Model = object;\n",
      'src/app.ts': `import type {\n  Config,\n} from './config.js';\nexport type * from './models.js';\n${APP}`,
    },
    loads: false,
  },
  {
    what: 'by a file of which a type and a value are imported',
    files: {
      'src/config.ts': CONFIG,
      'src/app.ts': `import type Koa from 'koa';\nimport { type Config, config } from './config.js';\n${APP}`,
    },
    loads: true,
  },
  {
    what: 'by an import below exported types',
    files: {
      'src/config.ts': CONFIG,
      'src/app.ts': `type A = 1\nexport type { A }\nimport { config } from './config.js'\n${APP}`,
    },
    loads: true,
  },
  {
    what: 'by a file whose export is called type',
    files: { 'src/config.ts': CONFIG, 'src/app.ts': `import type from './config.js';\n${APP}` },
    loads: true,
  },
  {
    what: 'not by a script of its own',
    files: { 'knexfile.js': CONFIG, 'src/app.js': APP, 'src/server.js': SERVER },
    loads: false,
  },
  {
    what: 'not by a script of its own, by the alias of a file',
    files: {
      'src/app.ts': `import '@/db';\n${APP}`,
      'src/db.ts': '',
      'src/seed.ts': `import '@/db';\n${CONFIG}`,
    },
    loads: false,
  },
  {
    what: 'by a file that the app imports',
    files: { 'src/app.ts': `import '@/env';\n${APP}`, 'src/env.ts': CONFIG },
    loads: true,
  },
  {
    what: 'by a file that it imports by an alias that nothing defines',
    files: { 'src/app.ts': `import '#env';\n${APP}`, 'src/env/index.ts': CONFIG },
    loads: true,
  },
  {
    what: 'by a file that imports it later',
    files: { 'src/app.js': APP, 'src/server.js': `import './env.js';\n${SERVER}`, 'src/env.js': CONFIG },
    loads: true,
  },
  {
    what: 'not by a file that imports it before',
    files: { 'src/app.js': APP, 'src/server.js': `${SERVER}import './env.js';\n`, 'src/env.js': CONFIG },
    loads: false,
  },
  {
    what: 'not by a call in the file that imports it',
    files: { 'src/app.js': APP, 'src/server.js': `${CONFIG}${SERVER}` },
    loads: false,
  },
  {
    what: 'by such a call if the app is created in a function',
    files: { 'src/app.js': FACTORY, 'src/server.js': `${CONFIG}${SERVER}` },
    loads: true,
  },
  {
    what: 'by such a call in CommonJS that tsc writes',
    files: { 'src/app.ts': APP, 'src/server.ts': `${CONFIG}${SERVER}` },
    isInOrder: true,
    loads: true,
  },
  {
    what: 'by such a call with a dynamic import',
    files: { 'src/app.js': APP, 'src/server.js': `${CONFIG}const { app } = await import('./app.js');\n` },
    loads: true,
  },
  {
    what: 'by such a call with require()',
    files: {
      'app.js': REQUIRED,
      'server.js': "require('dotenv').config();\nrequire('./app').listen(3000);\n",
    },
    loads: true,
  },
  {
    what: 'not by such a call below require()',
    files: {
      'app.js': REQUIRED,
      'server.js': "const app = require('./app');\nrequire('dotenv').config();\n",
    },
    loads: false,
  },
  {
    what: 'not by another file than the one that is started',
    files: {
      'src/app.js': APP,
      'src/server.js': SERVER,
      'src/console.js': `import './env.js';\n${SERVER}`,
      'src/env.js': CONFIG,
    },
    commands: ['node src/server.js'],
    loads: false,
  },
  {
    what: 'by the started file, although it does not name the app',
    files: {
      'app.js': REQUIRED,
      'start.js': "require('dotenv').config();\nrequire(join(__dirname, 'app'));\n",
    },
    commands: ['node start'],
    loads: true,
  },
  {
    what: 'by a call anywhere if the app is a class',
    files: { 'app.js': `import Koa from 'koa';\nexport class Shop extends Koa {}\n${CONFIG}// new Koa()\n` },
    loads: true,
  },
  {
    what: 'below another app',
    files: { 'src/admin.js': APP, 'src/app.js': `import './admin.js';\n${CONFIG}${APP}` },
    commands: ['node src/app'],
    loads: true,
  },
  {
    what: 'in a circle of imports',
    files: {
      'src/app.js': `import './routes.js';\n${APP}`,
      'src/routes.js': `import './app.js';\n${CONFIG}`,
    },
    loads: true,
  },
])('.env is loaded $what', ({ files, commands, isInOrder, loads }) => {
  expect(find(files, commands, isInOrder)?.loadsEnv).toBe(loads);
});

const TWO = { 'dev/mock.js': APP, 'src/app.ts': APP, 'src/server.ts': SERVER };

test.each<{ commands: string[]; files?: Files; app: string }>([
  { commands: [], app: 'dev/mock.js' },
  { commands: ['node dist/app.js'], app: 'src/app.ts' },
  { commands: ['NODE_ENV=production node --env-file=.env dist/server'], app: 'src/app.ts' },
  { commands: ['npm run build && node ./dist/src/server.js'], app: 'src/app.ts' },
  { commands: ['tsx watch src/server.ts', 'node dev/mock.js'], app: 'src/app.ts' },
  { commands: ['node dev/mock.js', 'node dist/server.js'], app: 'dev/mock.js' },
  {
    commands: ['node dist'],
    files: { ...TWO, 'src/index.ts': "import './server.js';\n" },
    app: 'src/app.ts',
  },
  {
    commands: ['node server'],
    files: { 'dev/mock.js': APP, 'server/index.js': APP },
    app: 'server/index.js',
  },
  { commands: ['dist/main.js'], files: { 'dev/mock.js': APP, 'main.ts': APP }, app: 'main.ts' },
  { commands: ['tsx src/app.ts'], files: { 'api/app.ts': APP, 'src/app.ts': APP }, app: 'src/app.ts' },
  { commands: ['tsx src/other.ts'], app: 'dev/mock.js' },
  { commands: ['node .'], files: { 'dev/mock.js': APP, 'src/index.js': APP }, app: 'dev/mock.js' },
])('of several apps, the started one is that of $app: $commands', ({ commands, files = TWO, app }) => {
  expect(find(files, commands)?.app).toBe(app);
});

test('what runs is what the files import that start the app', () => {
  const files = {
    ...TWO,
    'src/db.ts': '',
    'src/app.ts': `import './db';\n${APP}`,
    'scripts/seed.ts': "import '../src/db.js';\n",
  };
  expect(find(files, ['node dist/server.js'])?.files).toEqual(
    new Set(['src/server.ts', 'src/app.ts', 'src/db.ts']),
  );
  expect(find({ 'src/db.ts': '' })).toBeUndefined();
});

test.each<{ commands: string[]; scripts: string[]; isCompiled: boolean }>([
  { commands: ['node src/server.js', 'node tools/seed.js'], scripts: ['0'], isCompiled: false },
  { commands: ['node src/server', 'eslint src/app.js'], scripts: ['0', '1'], isCompiled: false },
  { commands: ['node dist/server.js', 'nodemon src/server.js'], scripts: ['1'], isCompiled: true },
  { commands: ['node dist/main.js'], scripts: [], isCompiled: true },
  { commands: ['pm2 start'], scripts: [], isCompiled: false },
])('the scripts that run an app from its sources are known: $commands', ({ commands, ...startedBy }) => {
  const files = { 'src/app.js': APP, 'src/server.js': SERVER, 'tools/seed.js': '' };
  expect(find(files, commands)?.startedBy).toMatchObject(startedBy);
});

test.each<{ what: string; files: Files; commands?: string[]; main: string }>([
  {
    what: 'the one that a script names',
    files: { 'app.js': APP, 'seed.js': SERVER, 'server.js': SERVER },
    commands: ['pm2 start server.js'],
    main: 'server.js',
  },
  {
    what: 'the one that nothing imports',
    files: { 'app.js': APP, 'bin/www': "require('../server');\n", 'server.js': SERVER },
    main: 'bin/www',
  },
  {
    what: 'the one of the app where several import it',
    files: { 'app.js': APP, 'seed.js': SERVER, 'server.js': SERVER },
    main: 'app.js',
  },
])('the file that starts the app is $what', ({ files, commands, main }) => {
  expect(find(files, commands)?.startedBy.main).toBe(main);
});
