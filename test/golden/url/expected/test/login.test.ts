// create-koa-mongo-session: login-test
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { MongoMemoryServer } from 'mongodb-memory-server-core';
import { createApp } from '../src/app.ts';
import { closeConnections } from '../src/session/index.ts';

/** Ends each session that it begins, so that it leaves nothing in the database. */
test('a visitor logs in and out', async (t) => {
  const { origin, stop } = await start();
  t.after(stop);
  const { cookies, visit } = browser(origin);

  assert.match(await visit('/'), /Views: 1/);
  const anonymous = cookies();

  await visit('/login', { name: 'Ada <3' });
  assert.notEqual(cookies(), anonymous);
  assert.match(await visit('/'), /Views: 2.*Logged in as Ada &#60;3/);

  await visit('/logout', {});
  const page = await visit('/');
  assert.match(page, /Views: 1/);
  assert.doesNotMatch(page, /Ada/);
  await visit('/logout', {});
});

async function start(): Promise<{ origin: string; stop: () => Promise<void> }> {
  const { url, end } = await testDatabase();
  Object.assign(process.env, { MONGODB_URL: url });
  const { app } = createApp({ keys: ['a key for this test'] });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await closeConnections();
    await end();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

/** The MongoDB that MONGODB_TEST_URL names. Without it, the test starts its own, which is downloaded the first time. */
async function testDatabase(): Promise<{ url: string; end: () => Promise<unknown> }> {
  const { MONGODB_TEST_URL } = process.env;
  if (MONGODB_TEST_URL) return { url: MONGODB_TEST_URL, end: async () => undefined };
  try {
    const server = await MongoMemoryServer.create();
    return { url: server.getUri('test'), end: () => server.stop() };
  } catch (cause) {
    const help =
      'Set MONGODB_TEST_URL to a MongoDB that the test may write to, such as mongodb://127.0.0.1/test.';
    throw new Error(`The test could not start its own MongoDB. ${help}`, { cause });
  }
}

/** A minimal browser: it keeps cookies, does not follow redirects, and posts a form if it is given one. */
function browser(origin: string) {
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const visit = async (path: string, form?: Record<string, string>): Promise<string> => {
    const response = await fetch(origin + path, {
      method: form ? 'POST' : 'GET',
      headers: { cookie: cookies() },
      redirect: 'manual',
      ...(form && { body: new URLSearchParams(form) }),
    });
    assert.ok(response.status < 400, `${path} answered ${response.status}`);
    // TypeScript before 5.2 does not know `getSetCookie()`.
    for (const [header, cookie] of response.headers) {
      if (header !== 'set-cookie') continue;
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return response.text();
  };
  return { cookies, visit };
}
