import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { compiled } from '../../test/support/compiled.ts';
import { withDatabase } from '../../test/support/mongo/urls.ts';
import { cleanEnvironment } from '../child.ts';
import { inTurns, ratio, shown } from '../measure.ts';
import { installPeers, packageFolder, versionOf } from '../peers.ts';
import type { Section } from '../report.ts';
import { startServer } from '../server.ts';
import { generatedSessions } from '../subject.ts';

/** Many short rounds, since other load on the machine changes within seconds: with half of them, a ratio moved by 0.04. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 30);
const VISITORS = 64;
const VISITS = 25;

const APPS = {
  generated: 'the generated store',
  minimal: 'a minimal store: the last write wins',
  'koa-session-mongoose': 'koa-session with koa-session-mongoose',
} as const;

/** Those of the apps. */
const COLLECTIONS = ['sessions', 'minimal', 'koa_session_mongoose'];

interface App {
  readonly child: ChildProcess;
  readonly port: number;
}

/** A Koa app that counts views: each contender in its own process, with 64 concurrent visitors. */
export async function app(): Promise<Section> {
  installPeers();
  const server = await startServer();
  const url = withDatabase(server.url, `bench-${randomBytes(6).toString('hex')}`);
  const client = new MongoClient(url);
  const apps: App[] = [];
  try {
    // A mongod under Wine may crash if the first visitors create a collection together.
    for (const name of COLLECTIONS) await client.db().createCollection(name);
    const what: Readonly<Record<keyof typeof APPS, readonly string[]>> = {
      generated: [await generatedSessions()],
      minimal: [],
      'koa-session-mongoose': [packageFolder('koa-session-mongoose')],
    };
    for (const [name, args] of Object.entries(what)) apps.push(await startApp(name, args, url));
    const rate = await inTurns<string>(
      ROUNDS,
      Object.fromEntries(Object.values(APPS).map((name, at) => [name, () => rateOf(apps[at] as App)])),
    );
    const cpu = await inTurns<string>(
      ROUNDS,
      Object.fromEntries(Object.values(APPS).map((name, at) => [name, () => cpuOf(apps[at] as App)])),
    );
    const [minimalRate, minimalCpu] = [rate[APPS.minimal], cpu[APPS.minimal]];
    if (!minimalRate || !minimalCpu) throw new Error('nothing to compare with');
    return {
      title: 'A Koa app',
      text: `An app that counts views, with ${VISITORS} visitors at once. In bold, as a multiple of the minimal store; the goal is 0.9 of its requests, and more than koa-session-mongoose.`,
      columns: ['', 'requests a second', 'CPU of the app, µs a request'],
      rows: Object.values(APPS).map((name) => {
        const [ofRate, ofCpu] = [rate[name] ?? minimalRate, cpu[name] ?? minimalCpu];
        return [
          name,
          `**${ratio(ofRate, minimalRate)}** · ${shown(ofRate, 0)}`,
          `**${ratio(ofCpu, minimalCpu)}** · ${shown(ofCpu, 0)}`,
        ];
      }),
      versions: [server.announce, versionOf('koa-session-mongoose'), `Node ${process.version}`],
    };
  } finally {
    for (const { child } of apps) child.kill();
    await client.db().dropDatabase();
    await client.close();
    await server.stop();
  }
}

/** Compiled, as in production, so that the process contains nothing but the app. */
async function startApp(name: string, args: readonly string[], url: string): Promise<App> {
  const child = fork(await compiled(join(import.meta.dirname, '..', 'apps', `${name}.ts`)), args, {
    execArgv: [],
    env: { ...cleanEnvironment(), MONGODB_URL: url, APP_KEYS: 'for the benchmark only' },
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the app of ${name} ended before it listened`);
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  return { child, port };
}

async function rateOf(each: App): Promise<number> {
  const start = performance.now();
  await visitAll(each);
  return (VISITORS * VISITS * 1000) / (performance.now() - start);
}

async function cpuOf(each: App): Promise<number> {
  const before = await usedBy(each);
  await visitAll(each);
  return ((await usedBy(each)) - before) / (VISITORS * VISITS);
}

async function usedBy({ child }: App): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }];
  return cpu;
}

async function visitAll({ port }: App): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: VISITORS });
  await Promise.all(Array.from({ length: VISITORS }, () => visit(port, agent)));
  agent.destroy();
}

/** One visitor, who keeps the cookies and checks that the count rises. */
async function visit(port: number, agent: Agent): Promise<void> {
  let cookie = '';
  for (let views = 1; views <= VISITS; views += 1) {
    const { body, cookies } = await request(port, agent, cookie);
    if (body !== String(views)) throw new Error(`the count is ${body} at visit ${views}`);
    if (cookies.length > 0) cookie = cookies.map((each) => each.split(';')[0]).join('; ');
  }
}

function request(
  port: number,
  agent: Agent,
  cookie: string,
): Promise<{ body: string; cookies: readonly string[] }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent, headers: cookie ? { cookie } : {} }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ body, cookies: response.headers['set-cookie'] ?? [] }));
    }).on('error', reject);
  });
}
