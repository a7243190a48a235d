// create-koa-mongo-session: login-test
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createApp } from '../src/app.ts';
import { closeConnections } from '../src/session/index.ts';

if (existsSync('.env')) process.loadEnvFile();

const HELP = 'Start it, or set HOST and PORT in src/session/connection.ts.';

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
  const { app, store } = createApp({ keys: ['a key for this test'] });
  await store.ready().catch(async (cause: unknown) => {
    await closeConnections();
    throw new Error(`The test needs the MongoDB of the app. ${HELP}`, { cause });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await closeConnections();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
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
