import { createRequire } from 'node:module';
import Koa, { type Context, type Middleware } from 'koa';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Browser } from '../../support/http.ts';
import { listen } from '../../support/listen.ts';
import { variant } from '../contract/harness.ts';
import { useWorld } from '../contract/world.ts';

interface Passport {
  serializeUser(serialize: (user: string, done: (error: null, id: string) => void) => void): void;
  deserializeUser(deserialize: (id: string, done: (error: null, user: string) => void) => void): void;
  initialize(): Middleware;
  session(): Middleware;
}

const require = createRequire(import.meta.url);
const koa2: typeof Koa = require('koa2');
// Without types.
const { KoaPassport }: { KoaPassport: new () => Passport } = require('koa-passport');

const RELEASES = [
  { release: 'koa 3, koa-session 7', Application: Koa, name: 'koa-session' },
  { release: 'koa 2.16, koa-session 6', Application: koa2, name: 'koa-session6' },
];

/** koa-passport calls `regenerate()` and `save()` with callbacks, and keeps the user in `session.passport.user`. */
describe.each(RELEASES)('koa-passport 6 on $release', ({ Application, name }) => {
  const { packages, settings, ...harness } = variant('url', 'user-key');
  const world = useWorld({
    ...harness,
    settings: { ...settings, userKey: 'passport.user' },
    packages: { ...packages, 'koa-session': name },
  });

  const serve = async () => {
    vi.stubEnv('APP_KEYS', 'not a secret');
    onTestFinished(() => void vi.unstubAllEnvs());
    const app = new Application();
    const store = world.modules.index.sessions(app, world.source);
    onTestFinished(world.modules.index.closeConnections);
    const passport = new KoaPassport();
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser((id, done) => done(null, id));
    app.use(passport.initialize()).use(passport.session());
    app.use(async (ctx: Context) => {
      if (ctx.path === '/cart') ctx.session.cart = 'full';
      if (ctx.path === '/login') await ctx.login('ann');
      if (['/logout', '/end'].includes(ctx.path)) await ctx.logout();
      if (ctx.path === '/end') ctx.session = null;
      ctx.body = JSON.stringify(ctx.state.user ?? null);
    });
    return { store, browser: new Browser(await listen(app)) };
  };

  test('logs in under a new key, stays logged in, and logs out', async () => {
    const { browser, store } = await serve();
    await browser.get('/login');
    const planted = browser.at(browser.origin);
    expect((await browser.get('/')).text).toBe('"ann"');
    await browser.get('/login');
    expect((await browser.get('/')).text).toBe('"ann"');
    expect((await planted.get('/')).text).toBe('null');
    expect(await store.listByUser('ann')).toHaveLength(1);
    await browser.get('/logout');
    expect((await browser.get('/')).text).toBe('null');
    expect(await store.listByUser('ann')).toEqual([]);
  });

  test('a logout keeps what else is in the session, unless it is set to null after it', async () => {
    const { browser } = await serve();
    for (const path of ['/cart', '/login', '/logout']) await browser.get(path);
    expect(await world.onlyDocument()).toMatchObject({ data: '{"cart":"full","passport":{}}' });
    for (const path of ['/login', '/end']) await browser.get(path);
    expect(await browser.cookie('koa.sess')).toBeUndefined();
    expect(await world.documents.countDocuments()).toBe(0);
  });

  test('its users are found by the path, and can be logged out from all devices', async () => {
    const { browser, store } = await serve();
    const other = new Browser(browser.origin);
    for (const device of [browser, other]) await device.get('/login');
    expect(await store.listByUser('ann')).toHaveLength(2);
    await store.destroyByUser('ann');
    for (const device of [browser, other]) expect((await device.get('/')).text).toBe('null');
  });
});
