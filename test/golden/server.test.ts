import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { COMPILED, runIn, startApp } from '../support/app.ts';
import { goldenNamed, projectAt } from '../support/goldens.ts';
import { Browser } from '../support/http.ts';
import { toJavaScript } from '../support/javascript.ts';
import { startServer, useDatabase, withDatabase } from '../support/mongo/index.ts';
import { installProject } from '../support/project.ts';
import { isExhaustive, oneIn, sample } from '../support/sampling.ts';

const database = useDatabase();
const env = { MONGODB_URL: database.url };
const sampled = oneIn(3);

const install = (name = 'url', url = database.url) =>
  installProject(toJavaScript(projectAt(goldenNamed(name), url)));

const installSources = (name: string) => installProject(projectAt(goldenNamed(name), database.url));

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

describe('the app refuses to start with', () => {
  test.each(sample(['url', 'host', 'db', 'mongoose'], 1))('an unreachable database (%s)', async (name) => {
    const address = `127.0.0.1:${await freePort()}`;
    const folder = install(name, `mongodb://${address}/app`);
    const secret = { MONGODB_URL: `mongodb://ada:hunter2@${address}/app` };
    const { exitCode, all } = await runIn(folder, COMPILED, secret);
    expect(exitCode).toBe(1);
    expect(all).toContain(`the MongoDB at ${address} cannot be used`);
    expect(all).toMatch(/docker compose up -d --wait\n.*npx mongodb-runner start/);
    expect(all).not.toMatch(/ada|hunter2|\n\s+at /);
  });

  const BAD = [
    {
      what: 'no key for the cookies',
      wrong: { APP_KEYS: '' },
      says: /APP_KEYS is not set.*npm run keys:new/,
    },
    { what: 'no database', wrong: { MONGODB_URL: '' }, says: /MONGODB_URL is not set/ },
    { what: 'a bad URL', wrong: { MONGODB_URL: 'mongodb://ada:hunt/er2@h' }, says: /MONGODB_URL is not a/ },
    {
      what: 'production mode without a proxy for HTTPS',
      wrong: { NODE_ENV: 'production' },
      says: /HTTPS only.*TRUST_PROXY=true/s,
    },
    { what: 'a bad port', wrong: { PORT: '80a' }, says: /PORT is "80a".*0 to 65535/ },
    { what: 'a port too high', wrong: { PORT: '65536' }, says: /PORT is "65536"/ },
  ];

  test.each(sample(BAD, 1))('$what', async ({ wrong, says }) => {
    const { exitCode, all } = await runIn(install(), COMPILED, { ...env, ...wrong });
    expect(exitCode).toBe(1);
    expect(all).toMatch(says);
    expect(all).not.toMatch(/er2|\n\s+at /);
  });

  test.each(sample(['db', 'mongoose'], 1))('a bad URL (%s), without quoting it', async (name) => {
    const wrong = { MONGODB_URL: 'mongodb://ada:hunt/er2@h' };
    const { exitCode, all } = await runIn(install(name), COMPILED, wrong);
    expect(exitCode).toBe(1);
    expect(all).toContain('MONGODB_URL is not a connection string');
    expect(all).not.toMatch(/ada|hunt|er2/);
  });

  sampled('no encryption key', async () => {
    const wrong = { ...env, SESSION_ENCRYPTION_KEYS: '' };
    const { exitCode, all } = await runIn(install('encrypt'), COMPILED, wrong);
    expect(exitCode).toBe(1);
    expect(all).toMatch(/SESSION_ENCRYPTION_KEYS is not set.*npm run keys:new/);
  });

  sampled('a port that is in use', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const PORT = String(typeof address === 'object' && address?.port);
    const { exitCode, all } = await runIn(install(), COMPILED, { ...env, PORT });
    expect(exitCode).toBe(1);
    expect(all).toMatch(new RegExp(`address already in use .*:${PORT}\\. Set PORT`));
  });
});

describe('on SIGTERM or SIGINT, the app', () => {
  /** A login of which only the headers were sent: it is in progress until its body arrives. */
  async function beginLogin(origin: string) {
    const login = request(`${origin}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 8 },
    });
    const response = once(login, 'response');
    response.catch(() => {});
    login.on('error', () => {});
    login.flushHeaders();
    const [socket] = (await once(login, 'socket')) as [Socket];
    if (socket.connecting) await once(socket, 'connect');
    // A response to a later request shows that the server has received the earlier one.
    await new Browser(origin).get('/health');
    return { login, response };
  }

  const isRefused = (origin: string) =>
    vi.waitFor(() => expect(fetch(`${origin}/health`)).rejects.toThrow(), { timeout: 5000 });

  sampled('finishes the request in progress and accepts no other', async () => {
    const app = await startApp(install(), COMPILED, env);
    const { login, response } = await beginLogin(app.origin);
    const stopped = app.stop('SIGTERM');
    await isRefused(app.origin);
    login.end('name=Ada');
    const [{ statusCode, headers }] = (await response) as [IncomingMessage];
    // A proxy must not send its next request on this connection.
    expect([statusCode, headers.connection]).toEqual([303, 'close']);
    expect(await stopped).toBe(0);
  });

  const LAST = [
    { request: 'GET /health', status: '200 OK' },
    { request: 'POST /login', status: '415 Unsupported Media Type' },
  ];

  for (const { request, status } of LAST) {
    sampled(`answers the last request of a keep-alive connection with ${status}`, async () => {
      const app = await startApp(install(), COMPILED, env);
      const socket = connect(Number(new URL(app.origin).port), 'localhost').setEncoding('utf8');
      await once(socket, 'connect');
      socket.write(`${request} HTTP/1.1\r\nHost: localhost\r\n`);
      // A response to a later request shows that the server has received the data.
      await new Browser(app.origin).get('/health');
      const stopped = app.stop('SIGTERM');
      await isRefused(app.origin);
      socket.write('\r\n');
      const answer = (await socket.toArray()).join('');
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n(.*\r\n)*Connection: close\r\n`));
      expect(await stopped).toBe(0);
    });
  }

  /** The app, with other code in place of that which answers `/ready`. */
  function startWith(ready: RegExp, code: string) {
    const project = toJavaScript(projectAt(goldenNamed('url'), database.url));
    const [path = '', text = ''] = Object.entries(project).find(([name]) => name.endsWith('app.js')) ?? [];
    return startApp(installProject({ ...project, [path]: text.replace(ready, code) }), COMPILED, env);
  }

  sampled('answers all requests in progress on one connection', async () => {
    const app = await startWith(
      /await store\.ready\(\)/,
      'await new Promise((done) => setTimeout(done, 1000))',
    );
    const socket = connect(Number(new URL(app.origin).port), 'localhost').setEncoding('utf8');
    await once(socket, 'connect');
    socket.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    // A response to a later request shows that the server has received the earlier ones.
    await new Browser(app.origin).get('/health');
    const stopped = app.stop('SIGTERM');
    const answers = (await socket.toArray()).join('');
    expect(answers.match(/(?<=^Connection: ).*/gm)).toEqual(['keep-alive', 'keep-alive', 'close']);
    expect(await stopped).toBe(0);
  });

  sampled('sends the whole of a large response to a slow client', async () => {
    const app = await startWith(/ctx\.body = .ready./, "ctx.body = 'a'.repeat(3e7)");
    const socket = connect(Number(new URL(app.origin).port), 'localhost');
    await once(socket, 'connect');
    socket.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n');
    // A response to a later request shows that the server has received the data.
    await new Browser(app.origin).get('/health');
    const stopped = app.stop('SIGTERM');
    await isRefused(app.origin);
    socket.write('\r\n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answer = Buffer.concat(await socket.toArray());
    expect(answer.length).toBeGreaterThan(3e7);
    expect(await stopped).toBe(0);
  });

  sampled('closes a connection that has sent nothing, as browsers open them in advance', async () => {
    const app = await startApp(install(), COMPILED, env);
    const socket = connect(Number(new URL(app.origin).port), 'localhost');
    await once(socket, 'connect');
    // A response to a later request shows that the server has the connection.
    await new Browser(app.origin).get('/health');
    // It would be killed after 5 s.
    expect(await app.stop('SIGTERM')).toBe(0);
  });

  sampled('counts a Ctrl-C that arrives from both the terminal and npm as one', async () => {
    const app = await startApp(install(), COMPILED, env);
    const { login, response } = await beginLogin(app.origin);
    // Of two signals of the same kind, the system may deliver only one.
    void app.stop('SIGTERM');
    const stopped = app.stop('SIGINT');
    await isRefused(app.origin);
    login.end('name=Ada');
    expect(((await response) as [{ statusCode: number }])[0].statusCode).toBe(303);
    expect(await stopped).toBe(0);
  });

  sampled('does not wait forever for a request without an end or for a WebSocket', async () => {
    const project = toJavaScript(projectAt(goldenNamed('url'), database.url));
    const upgrade =
      "server.on('upgrade', (_, socket) => socket.write('HTTP/1.1 101 OK\\r\\nUpgrade: a\\r\\n\\r\\n'));\n";
    const [path = '', text = ''] = Object.entries(project).find(([name]) => name.endsWith('server.js')) ?? [];
    const changed = text
      .replace(/DRAIN_TIME = 7\w+/, 'DRAIN_TIME = 500')
      .replace(/server\.keepAlive/, `${upgrade}$&`);
    const app = await startApp(installProject({ ...project, [path]: changed }), COMPILED, env);
    const socket = connect(Number(new URL(app.origin).port), 'localhost');
    socket
      .on('error', () => {})
      .write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n');
    await once(socket, 'data');
    await beginLogin(app.origin);
    expect(await app.stop('SIGTERM')).toBe(0);
  });

  sampled('ends immediately on a second signal', async () => {
    const app = await startApp(install(), COMPILED, env);
    await beginLogin(app.origin);
    const stopped = app.stop('SIGTERM');
    const again = setInterval(() => void app.stop('SIGTERM'), 300);
    onTestFinished(() => clearInterval(again));
    expect(await stopped).toBe(1);
  });
});

sampled('the app responds while the database is down, and recovers when it is back', async () => {
  const server = await startServer();
  onTestFinished(() => server.stop());
  const url = withDatabase(server.url, 'app');
  const { origin } = await startApp(install('url', url), COMPILED, { MONGODB_URL: url });
  const browser = new Browser(origin);
  await browser.get('/');
  await server.pause();
  expect((await browser.get('/health')).text).toBe('ok');
  expect((await browser.get('/ready')).status).toBe(503);
  expect((await browser.get('/')).status).toBe(500);
  await server.resume();
  expect((await browser.get('/ready')).text).toBe('ready');
  expect((await browser.get('/')).text).toContain('Views: 2');
});

describe('the test of the project', () => {
  const OWN_TEST = ['node', '--import', 'tsx', '--test', 'test/login.test.ts'] as const;

  // The test of one style is run as a script.
  test.runIf(isExhaustive).each(['db', 'mongoose'])('passes with MONGODB_TEST_URL (%s)', async (name) => {
    const result = await runIn(installSources(name), OWN_TEST, { MONGODB_TEST_URL: database.url });
    expect(result, result.all).toMatchObject({ exitCode: 0 });
  });

  sampled('says what to set if no MongoDB can be downloaded', async () => {
    const folder = installSources('url');
    const offline = { MONGOMS_DOWNLOAD_MIRROR: 'http://127.0.0.1:9', MONGOMS_DOWNLOAD_DIR: folder };
    const { exitCode, all } = await runIn(folder, OWN_TEST, offline);
    expect(exitCode).toBe(1);
    expect(all).toContain('Set MONGODB_TEST_URL to a MongoDB that the test may write to');
  });
});

sampled('the host style logs in over TLS', async () => {
  const server = await startServer({ tls: true, auth: { username: 'root', password: 'r' } });
  onTestFinished(() => server.stop());
  await server.createUser({
    username: "o'neil",
    password: "p'w:@/ $%",
    roles: [{ role: 'readWrite', db: 'app' }],
  });
  const folder = install('host-with-login-and-tls', `mongodb://localhost:${server.port}/app`);
  const login = { MONGODB_PASSWORD: "p'w:@/ $%", NODE_EXTRA_CA_CERTS: server.tls?.caFile ?? '' };
  const { origin } = await startApp(folder, COMPILED, login);
  expect((await new Browser(origin).get('/')).text).toContain('Views: 1');

  const wrong = await runIn(folder, COMPILED, { ...login, MONGODB_PASSWORD: 'wrong-one' });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.all).toContain('AuthenticationFailed');
  expect(wrong.all).not.toContain('wrong-one');
});

sampled('a user sees the devices, logs out one of them, and all the others', async () => {
  const { origin } = await startApp(install('user-key'), COMPILED, env);
  const [here, there] = [new Browser(origin), new Browser(origin)];
  for (const browser of [here, there]) await browser.post('/login', { name: 'Grace' });
  const page = await here.get('/devices');
  expect(page.text.match(/<li>/g)).toHaveLength(2);
  expect(page.text.match(/this one/g)).toHaveLength(1);

  const [, id = ''] = /name="id" value="([^"]+)"/.exec(page.text) ?? [];
  await here.post('/devices/end', { id });
  expect((await there.get('/')).text).not.toContain('Grace');
  await there.post('/login', { name: 'Grace' });

  await here.post('/devices/end-others');
  expect((await here.get('/')).text).toContain('Grace');
  expect((await there.get('/')).text).not.toContain('Grace');
  expect(await there.get('/devices')).toMatchObject({ status: 303, location: '/' });
});

sampled('in production the cookie is only for HTTPS', async () => {
  const https = { headers: { 'x-forwarded-proto': 'https' } };
  const production = { ...env, NODE_ENV: 'production', TRUST_PROXY: 'true' };
  const { origin } = await startApp(install(), COMPILED, production);
  const { headers } = await fetch(origin, https);
  const attributes = headers.getSetCookie()[0]?.split('; ');
  expect(attributes?.[0]).toMatch(/^__Host-koa\.sess=/);
  expect(attributes).toEqual(expect.arrayContaining(['path=/', 'secure', 'httponly', 'samesite=lax']));
  expect(headers.get('cache-control')).toBe('no-store');
  // Longer than load balancers keep an idle connection.
  expect(headers.get('keep-alive')).toBe('timeout=65');
});

sampled('HEAD is answered as GET, without a body, as monitors and crawlers expect', async () => {
  const { origin } = await startApp(install(), COMPILED, env);
  const answer = await fetch(origin, { method: 'HEAD' });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
});

const REFUSED = [
  {
    what: 'a form on another site',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: 'name=a',
    status: 403,
  },
  {
    what: 'a form on another subdomain',
    headers: { 'sec-fetch-site': 'same-site' },
    body: 'name=a',
    status: 403,
  },
  { what: 'what is no form', headers: { 'content-type': 'text/plain' }, body: 'name=a', status: 415 },
  { what: 'a form without a name', headers: {}, body: 'name=', status: 400 },
  { what: 'a form too large', headers: {}, body: `name=${'a'.repeat(20_000)}`, status: 413 },
];

sampled(`the login refuses ${REFUSED.map(({ what }) => what).join(', ')}`, async () => {
  const { origin } = await startApp(install(), COMPILED, env);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const answers = REFUSED.map(async ({ what, headers, body }) => {
    const request = { method: 'POST', headers: { ...form, ...headers }, body };
    const { status } = await fetch(`${origin}/login`, request);
    return { what, status };
  });
  expect(await Promise.all(answers)).toEqual(REFUSED.map(({ what, status }) => ({ what, status })));
});
