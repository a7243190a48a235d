import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { MongoClient } from 'mongodb';
import { Browser } from '../test/support/http.ts';
import { FROM_SOURCE, launch, type RunningApp, runIn } from '../test/support/launch.ts';
import { startMongo } from '../test/support/mongo/start.ts';
import { withDatabase } from '../test/support/mongo/urls.ts';
import { linkPackages } from '../test/support/packages.ts';

/**
 * Generates a project, runs it with its own MongoDB, and shows that sessions survive a restart of the app. Removes
 * everything that it created. Ends with exit code 1 if anything is not as expected.
 */

const BIN = join(import.meta.dirname, '..', 'bin', 'create-koa-mongo-session.cjs');

const say = (line = '') => console.log(line);
const clean: (() => unknown)[] = [];

for (const [signal, exitCode] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(exitCode)));
}

try {
  await demo();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function cleanUp(): Promise<void> {
  for (const step of clean.splice(0).reverse()) await step();
}

async function demo(): Promise<void> {
  const url = await startDatabase();
  const folder = await generate(url);
  await migrate(folder);

  const first = await startApp(folder);
  const browser = new Browser(first.origin);
  for (const views of [1, 2, 3]) await visit(browser, views);
  const anonymous = await browser.cookie('koa.sess');
  await browser.post('/login', { name: 'Ada' });
  if ((await browser.cookie('koa.sess')) === anonymous) throw new Error('The session kept its key at login.');
  say('  POST /login  name=Ada: logged in, and the session has moved to a new key');
  await visit(browser, 4, 'Ada');

  say();
  say('The app is stopped and started again:');
  const exitCode = await first.stop();
  if (exitCode !== 0) throw new Error(`The app ended with exit code ${exitCode}.`);
  const second = await startApp(folder);
  const sameBrowser = browser.at(second.origin);
  await visit(sameBrowser, 5, 'Ada');
  await sameBrowser.post('/logout');
  say('  POST /logout');
  await visit(sameBrowser, 1);

  say();
  say('The session survived the restart, and ended with the logout.');
}

/** @returns the URL of a database for this run only */
async function startDatabase(): Promise<string> {
  const server = await startMongo();
  const url = withDatabase(server.url, `demo-${randomBytes(4).toString('hex')}`);
  clean.push(
    () => server.stop(),
    () => drop(url),
  );
  say(server.announce);
  return url;
}

async function drop(url: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
}

/** @returns the folder of the project */
async function generate(url: string): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'koa-mongo-session-demo-'));
  clean.push(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'demo-app');
  say();
  say('$ create-koa-mongo-session demo-app --connection url --url mongodb://… --yes --no-install');
  const { stdout } = await execa(
    process.execPath,
    [BIN, 'demo-app', '--connection', 'url', '--url', url, '--yes', '--no-install'],
    { cwd: parent, stderr: 'inherit' },
  );
  say(indent(stdout.slice(0, stdout.indexOf('\nNext steps')).trim()));
  linkPackages(folder, readFileSync(join(folder, 'package.json'), 'utf8'));
  return folder;
}

async function migrate(folder: string): Promise<void> {
  say();
  say('$ npm run migrate:sessions');
  const { all, exitCode } = await runIn(folder, ['npm', 'run', '--silent', 'migrate:sessions'], {});
  say(indent(all));
  if (exitCode !== 0) throw new Error(`The migration ended with exit code ${exitCode}.`);
}

async function startApp(folder: string): Promise<RunningApp> {
  say();
  say(`$ ${FROM_SOURCE.join(' ')}`);
  const { listening, kill } = launch(folder, FROM_SOURCE, {});
  clean.push(kill);
  const app = await listening;
  say(indent(app.output().trim()));
  return app;
}

/** Requests the page and checks its view count and its user. */
async function visit(browser: Browser, views: number, user?: string): Promise<void> {
  const { text } = await browser.get('/');
  const shown = /Views: \d+/.exec(text)?.[0];
  const loggedIn = /Logged in as (\w+)/.exec(text);
  say(`  GET /        ${[shown, loggedIn?.[0]].filter(Boolean).join(', ')}`);
  if (shown !== `Views: ${views}` || loggedIn?.[1] !== user) throw new Error(`Expected Views: ${views}.`);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
