import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect } from 'vitest';
import { runIn, startApp } from '../support/app.ts';
import { Browser } from '../support/http.ts';
import { toJavaScript } from '../support/javascript.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { olderProgram } from '../support/other-programs.ts';
import { linkPackages } from '../support/packages.ts';
import { rememberedIn, run, runAsProcess, temporaryFolder } from '../support/program.ts';
import { oneIn } from '../support/sampling.ts';
import { mapPaths, readTree, type Tree, writeTree } from '../support/tree.ts';
import { type Block, blocksIn } from './documents.ts';
import { OURS } from './own-commands.ts';

/*
 * What a new user does with an existing app, following only the README: the test runs its commands and puts its code
 * into the app.
 */

const database = useDatabase();
const sampled = oneIn(8);
const blocks = blocksIn('README.md');

/** The code block of the README that contains the text. */
function blockWith(text: string): Block {
  const found = blocks.find((block) => block.text.includes(text));
  if (!found) throw new Error(`no block of the README has ${text}`);
  return found;
}

/** The arguments of a command of the README. */
function argumentsOf(command: string): string[] {
  const line =
    blockWith(command)
      .text.split('\n')
      .find((each) => each.includes(command)) ?? '';
  return line.replace(OURS, '').trim().split(/ +/);
}

/** The routes in the first example of the README. */
const ROUTES = blockWith("ctx.path === '/login'").text;
const LIST = blockWith('store.listByUser').text;

let cwd = '';
const path = (name: string) => join(cwd, name);
const textOf = (name: string): string => readFileSync(path(name), 'utf8');

function edit(name: string, from: string, to: string): void {
  const text = textOf(name);
  expect(text).toContain(from);
  writeFileSync(
    path(name),
    text.replace(from, () => to),
  );
}

const install = () => linkPackages(cwd, textOf('package.json'));

async function begin(files: Tree): Promise<void> {
  cwd = writeTree(await temporaryFolder(), files);
}

/** @returns the lines that mount the sessions, as printed by the run */
async function addSessions(args: readonly string[], program?: string): Promise<string[]> {
  const { stdout, exitCode } = await (program === undefined
    ? run([...args, '--json'], { cwd })
    : runAsProcess([...args, '--json'], { cwd, program }));
  expect(exitCode).toBe(0);
  return JSON.parse(stdout).mount;
}

/** Started by the script of the project; without npm, which does not forward signals. */
function start() {
  const [file = '', ...args] = JSON.parse(textOf('package.json')).scripts.start.split(' ');
  return startApp(cwd, [file, ...args], { MONGODB_URL: database.url });
}

/** The same app, compiled: starts in a third of the time, for steps that do not test the start itself. */
async function startCompiled() {
  const sources = mapPaths(readTree(path('src')), (name) => `src/${name}`);
  const files = { ...toJavaScript(sources), '.env': textOf('.env'), 'package.json': textOf('package.json') };
  const folder = writeTree(await temporaryFolder(), files);
  symlinkSync(path('node_modules'), join(folder, 'node_modules'));
  return startApp(folder, ['node', '--env-file=.env', 'src/app.js'], { MONGODB_URL: database.url });
}

const IMPORT = /^(?:import|const \{)/;

/** Puts the printed lines into the app, directly after `new Koa()`, as the README says. */
function mount(app: string, lines: readonly string[]): void {
  const imports = lines.filter((line) => IMPORT.test(line));
  const others = lines.filter((line) => !IMPORT.test(line));
  expect(others.join('\n')).toContain('sessions(app');
  const given = 'const app = new Koa();\n';
  edit(app, given, `${given}${others.join('\n').replace('sessions(app', 'const store = sessions(app')}\n`);
  writeFileSync(path(app), `${imports.join('\n')}\n${textOf(app)}`);
}

const OLDER_TEXTS = { 'Never an upsert,': 'This is no upsert,' };

const SHOP: Tree = {
  'package.json': JSON.stringify({
    name: 'shop',
    type: 'module',
    scripts: { start: 'node --env-file=.env --import tsx src/app.ts' },
    dependencies: { koa: '^3.0.0', mongoose: '^9.0.0' },
    devDependencies: { '@types/koa': '^3.0.0', '@types/node': '^20.0.0', typescript: '^7.0.0' },
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      ...{ target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true },
      ...{ allowImportingTsExtensions: true, types: ['node'] },
    },
    include: ['src'],
  }),
  'src/app.ts': `import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import mongoose from 'mongoose';

await mongoose.connect(process.env.MONGODB_URL ?? '');
const app = new Koa();
// devices
const server = app.listen(Number(process.env.PORT), () =>
  console.log(\`Listening on http://localhost:\${(server.address() as AddressInfo).port}\`),
);
`,
};

/** Lists and ends sessions of a user, with the code of the README. */
function deviceRoutes(): string {
  const [call = ''] = /await store\.listByUser\(.*?\}\)/.exec(LIST) ?? [];
  const [end = ''] = /await store\.destroyById\(.*\);/.exec(LIST) ?? [];
  expect(call).toContain('ctx.session.externalKey');
  return `app.use(async (ctx, next) => {
  if (ctx.path === '/devices') ctx.body = ${call};
  else if (ctx.path === '/end') {
    ${end.replace(/'id of[^']*'/, 'String(ctx.query.id)')}
    ctx.body = 'ended';
  } else await next();
});
`;
}

const greeting = async (browser: Browser) => (await browser.get('/')).text;

sampled(
  'TypeScript, ES modules, mongoose: sessions, one device logged out, another TTL and version, a new key, and back',
  async () => {
    await begin(SHOP);

    // Add sessions, with an old version of the program.
    const older = olderProgram('0.1.0', OLDER_TEXTS);
    const [folder = ''] = argumentsOf('npx create-koa-mongo-session .');
    mount('src/app.ts', await addSessions([folder, '--connection', 'mongoose'], older));
    edit('src/app.ts', '// devices\n', `// devices\n${ROUTES}`);
    edit(
      'src/session/index.ts',
      'export type SessionData = object;\n',
      'export interface SessionData {\n  views?: number;\n  user?: string;\n  cart?: string[];\n}\n',
    );
    install();
    expect(await runIn(cwd, ['npm', 'run', 'migrate:sessions'], { MONGODB_URL: database.url })).toMatchObject(
      {
        exitCode: 0,
      },
    );
    const first = await start();
    const laptop = new Browser(first.origin);
    expect(await greeting(laptop)).toBe('Hello stranger, 1 views');
    await laptop.get('/login');
    expect(await greeting(laptop)).toBe('Hello ada, 3 views');
    await first.stop();

    // Log out one device: the migration adds the user to existing sessions.
    await addSessions(['.', '--user-key', 'user'], older);
    edit('src/app.ts', '// devices\n', deviceRoutes());
    await runIn(cwd, ['npm', 'run', 'migrate:sessions'], { MONGODB_URL: database.url });
    const second = await startCompiled();
    const phone = new Browser(second.origin);
    await phone.get('/login');
    const devices: { id: string; current: boolean }[] = JSON.parse((await phone.get('/devices')).text);
    expect(devices.map(({ current }) => current).sort()).toEqual([false, true]);
    const other = devices.find(({ current }) => !current);
    expect((await phone.get(`/end?id=${other?.id}`)).text).toBe('ended');
    expect(await greeting(laptop.at(second.origin))).toBe('Hello stranger, 1 views');
    expect(await greeting(phone)).toBe('Hello ada, 2 views');
    await second.stop();

    // Another TTL, with the current version: both are merged with the edit.
    expect((await run(argumentsOf('--ttl 30d'), { cwd })).exitCode).toBe(0);
    expect(await rememberedIn(cwd)).toMatchObject({ ttl: '30d', userKey: 'user', connection: 'mongoose' });
    expect(textOf('src/session/index.ts')).toContain('cart?: string[];\n');
    expect(textOf('src/session/index.ts')).toContain('TTL = 30 * 24 * 60 * 60 * 1000');
    expect(textOf('src/session/store.ts')).toContain('Never an upsert,');
    expect(await run(argumentsOf('--check'), { cwd })).toMatchObject({ exitCode: 0 });
    expect(await run(argumentsOf('--diff'), { cwd })).toMatchObject({ exitCode: 0 });
    expect((await runIn(cwd, ['tsc', '-p', '.', '--pretty', 'false'], {})).all).toBe('');

    // A new key: after the old one, before it, then alone.
    const { APP_KEYS: old } = parseEnv(textOf('.env'));
    const { stdout: fresh } = await runIn(cwd, ['npm', 'run', '--silent', 'keys:new'], {});
    let views = 2;
    let browser = phone;
    for (const keys of [`${old},${fresh}`, `${fresh},${old}`, `${fresh}`]) {
      edit('.env', /APP_KEYS=.*/.exec(textOf('.env'))?.[0] ?? '', `APP_KEYS=${keys}`);
      const app = await startCompiled();
      browser = browser.at(app.origin);
      views += 1;
      expect(await greeting(browser)).toBe(`Hello ada, ${views} views`);
      await app.stop();
    }

    // Undo.
    expect(await run(argumentsOf('create-koa-mongo-session@latest undo'), { cwd })).toMatchObject({
      exitCode: 0,
    });
    expect(textOf('src/session/index.ts')).toContain('TTL = 14 * 24 * 60 * 60 * 1000');
    expect(textOf('src/session/index.ts')).toContain('cart?: string[];\n');
  },
);

const SCRIPT: Tree = {
  'package.json': JSON.stringify({
    name: 'shop',
    scripts: { start: 'node --env-file=.env --import tsx src/app.js' },
    dependencies: { koa: '^3.0.0' },
  }),
  'src/app.js': `const Koa = require('koa');

const app = new Koa();
// routes
const server = app.listen(Number(process.env.PORT), () =>
  console.log(\`Listening on http://localhost:\${server.address().port}\`),
);
`,
};

sampled('JavaScript, CommonJS, a connection string: sessions survive a restart', async () => {
  await begin(SCRIPT);
  mount(
    'src/app.js',
    await addSessions(['.', '-c', 'url', '--url', database.url, '--collection', 'script_sessions']),
  );
  edit('src/app.js', '// routes\n', ROUTES);
  install();
  expect(await runIn(cwd, ['npm', 'run', 'migrate:sessions'], {})).toMatchObject({ exitCode: 0 });
  const first = await start();
  const browser = new Browser(first.origin);
  await browser.get('/login');
  expect(await greeting(browser)).toBe('Hello ada, 2 views');
  await first.stop();
  const second = await start();
  const again = browser.at(second.origin);
  expect(await greeting(again)).toBe('Hello ada, 3 views');
  await again.get('/logout');
  expect(await greeting(again)).toBe('Hello stranger, 1 views');
});
