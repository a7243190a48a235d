import { createRequire } from 'node:module';
import type { Middleware } from 'koa';
import { describe, expect, test } from 'vitest';
import { variant } from '../contract/harness.ts';
import { DAY, HOUR, MINUTE, TTL, useWorld, type World, wait } from '../contract/world.ts';
import { Recorder, type Routes, serve } from './site.ts';

interface Options {
  key?: string;
  store: Recorder;
  cookie?: object;
  ttl?: number;
}
type SessionMiddleware = (options: Options) => Middleware;

// Both have no types.
const require = createRequire(import.meta.url);
const genericSession: SessionMiddleware = require('koa-generic-session');
const minimalSession: SessionMiddleware = require('koa-session-minimal');

const ROUTES: Routes = {
  '/': (ctx) => ctx.session.views ?? null,
  '/count': (ctx) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1;
    return ctx.session.views;
  },
  '/logout': (ctx) => {
    ctx.session = null;
  },
};

const VARIANTS = (['plain', 'absolute-ttl', 'all'] as const).map((feature) => variant('url', feature));

async function serveWith(
  world: World,
  middleware: SessionMiddleware,
  options: Omit<Options, 'store'>,
  routes = ROUTES,
) {
  const store = new Recorder(world.open());
  const site = await serve(routes, () => middleware({ store, ...options }));
  const visitor = site.browser();
  /** The page, after everything is stored. */
  const visit = async (path: string) => {
    const { text } = await visitor.get(path);
    await store.settled();
    return JSON.parse(text);
  };
  return { ...site, visitor, visit, store };
}

describe.each(VARIANTS)('16. koa-generic-session, $name', (harness) => {
  const world = useWorld(harness);

  test('counts views, and forgets them at logout', async () => {
    const { visit } = await serveWith(world, genericSession, { cookie: { maxAge: HOUR } });
    expect([await visit('/count'), await visit('/count'), await visit('/')]).toEqual([1, 2, 2]);
    expect((await world.onlyDocument()).expiresAt).toEqual(new Date(Date.now() + HOUR));
    await visit('/logout');
    expect(await world.documents.countDocuments()).toBe(0);
    expect(await visit('/')).toBeNull();
  });

  test('without a lifetime, a session has the idle lifetime', async () => {
    const { visit, store } = await serveWith(world, genericSession, { cookie: { maxAge: null } });
    await visit('/count');
    expect(store.calls).toEqual([
      { method: 'set', args: [expect.any(String), expect.any(Object), undefined] },
    ]);
    expect((await world.onlyDocument()).expiresAt).toEqual(new Date(Date.now() + TTL));
    expect(await visit('/count')).toBe(2);
  });

  test('regenerates a session', async () => {
    const { visit, visitor, origin } = await serveWith(
      world,
      genericSession,
      {},
      {
        ...ROUTES,
        '/login': async (ctx) => {
          await ctx.regenerateSession();
          ctx.session.views = 100;
        },
      },
    );
    await visit('/count');
    const planted = visitor.at(origin);
    await visit('/login');
    expect(await visit('/')).toBe(100);
    expect((await planted.get('/')).text).toBe('null');
    expect(await world.documents.countDocuments()).toBe(1);
  });

  test('its own cookie object comes back, with its date if there is one', async () => {
    const { visit } = await serveWith(
      world,
      genericSession,
      {},
      {
        ...ROUTES,
        '/until': (ctx) => {
          ctx.session.cookie.expires = new Date(Date.now() + DAY);
          return ctx.session.cookie.expires;
        },
        '/when': (ctx) => ctx.session.cookie.expires,
      },
    );
    await visit('/count');
    const until = await visit('/until');
    expect(await visit('/when')).toBe(until);
  });
});

describe.each(VARIANTS)('16. koa-session-minimal, $name', (harness) => {
  const world = useWorld(harness);

  test('counts views, and forgets them at logout', async () => {
    const { visit } = await serveWith(world, minimalSession, { cookie: { maxAge: HOUR } });
    expect([await visit('/count'), await visit('/count'), await visit('/')]).toEqual([1, 2, 2]);
    expect((await world.onlyDocument()).expiresAt).toEqual(new Date(Date.now() + HOUR));
    await visit('/logout');
    expect(await world.documents.countDocuments()).toBe(0);
    expect(await visit('/')).toBeNull();
  });

  test('the cookie of a browser session arrives as one day', async () => {
    const { visit, store } = await serveWith(world, minimalSession, {});
    await visit('/count');
    expect(store.calls).toEqual([{ method: 'set', args: [expect.any(String), { views: 1 }, DAY] }]);
    expect(await visit('/count')).toBe(2);
  });

  test('moves a session to a new key', async () => {
    const { visit, visitor, origin } = await serveWith(
      world,
      minimalSession,
      {},
      {
        ...ROUTES,
        '/login': (ctx) => ctx.sessionHandler.regenerateId(),
      },
    );
    await visit('/count');
    const planted = visitor.at(origin);
    await visit('/login');
    expect(await visit('/')).toBe(1);
    expect((await planted.get('/')).text).toBe('null');
    expect(await world.documents.countDocuments()).toBe(1);
  });

  test('a key that is used again after the end of a session begins a new session', async () => {
    const { visit, visitor } = await serveWith(world, minimalSession, { cookie: { maxAge: 30 * DAY } });
    await visit('/count');
    const sid = await visitor.cookie('koa:sess');
    await world.documents.updateOne({}, { $set: { expiresAt: new Date() } });
    wait(12 * HOUR);
    expect([await visit('/'), await visit('/count'), await visit('/count')]).toEqual([null, 1, 2]);
    wait(MINUTE);
    expect(await visit('/')).toBe(2);
    expect(await visitor.cookie('koa:sess')).toBe(sid);
  });

  test('a key of any length that fits into a cookie is stored, since a rejection would end the process', async () => {
    const { origin, store } = await serveWith(world, minimalSession, {});
    const headers = { cookie: `koa:sess=${'x'.repeat(12_000)}` };
    await fetch(new URL('/count', origin), { headers });
    await store.settled();
    const again = await fetch(new URL('/count', origin), { headers });
    expect(await again.text()).toBe('2');
    await store.settled();
  });
});
