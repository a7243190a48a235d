import Keygrip from 'keygrip';
import Koa, { type Context } from 'koa';
import { Binary } from 'mongodb';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Browser } from '../../support/http.ts';
import { listen } from '../../support/listen.ts';
import { openClients } from '../../support/monitored/log.ts';
import { variant } from '../contract/harness.ts';
import { DAY, HOUR, useWorld, type World, wait } from '../contract/world.ts';

const STYLES = ['url', 'host', 'db', 'mongoose'] as const;
const ENCRYPTION_KEY = Buffer.alloc(32, 'not a secret').toString('base64');

beforeEach(() => {
  vi.stubEnv('APP_KEYS', 'old key');
  vi.stubEnv('SESSION_ENCRYPTION_KEYS', ENCRYPTION_KEY);
  return () => vi.unstubAllEnvs();
});

/** Mounts the generated sessions in an app that counts views, and serves it. */
async function serve(world: World, app = new Koa()) {
  const { sessions, closeConnections } = world.modules.index;
  const store = sessions(app, world.source);
  onTestFinished(closeConnections);
  app.silent = true;
  app.use(async (ctx: Context) => {
    if (ctx.path === '/count') ctx.session.views = (ctx.session.views ?? 0) + 1;
    if (ctx.path === '/login') ctx.session.userId = 'ann';
    if (ctx.path === '/stream') {
      ctx.status = 200;
      ctx.flushHeaders();
      ctx.session.views = (ctx.session.views ?? 0) + 1;
      await ctx.session.save();
    }
    if (ctx.path === '/password') {
      await store.destroyByUser('ann', { except: ctx.session.externalKey });
      await ctx.session.regenerate();
    }
    ctx.body = ctx.path === '/key' ? ctx.session.externalKey : JSON.stringify(ctx.session);
  });
  return { app, store, origin: await listen(app) };
}

const cookiesOf = (response: Response) => response.headers.getSetCookie();

describe.each(STYLES)('sessions(app), style %s', (style) => {
  const world = useWorld(variant(style, 'plain'));

  test('counts the views of each visitor', async () => {
    const { origin } = await serve(world);
    const [one, other] = [new Browser(origin), new Browser(origin)];
    await one.get('/count');
    expect((await one.get('/count')).text).toBe('{"views":2}');
    expect((await other.get('/count')).text).toBe('{"views":1}');
  });

  test('closeConnections closes only what this module opened', async () => {
    const before = openClients();
    const { origin } = await serve(world);
    await new Browser(origin).get('/count');
    await world.modules.index.closeConnections();
    expect(openClients()).toBe(before);
    expect((await world.onlyDocument()).version).toBe(1);
  });
});

describe('sessions(app)', () => {
  const world = useWorld(variant('url', 'plain'));

  test('in development, the cookie is for this host, hidden from scripts, and not sent from other sites', async () => {
    const { origin } = await serve(world);
    const [cookie = '', signature = ''] = cookiesOf(await fetch(`${origin}/count`));
    expect(cookie).toMatch(/^koa\.sess=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; httponly$/);
    expect(signature).toMatch(/^koa\.sess\.sig=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; httponly$/);
  });

  test('in production, the cookie is sent only over HTTPS, and only this host can set it', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const app = new Koa({ proxy: true });
    const { origin } = await serve(world, app);
    const overHttps = { headers: { 'X-Forwarded-Proto': 'https' } };
    const [cookie = ''] = cookiesOf(await fetch(`${origin}/count`, overHttps));
    expect(cookie).toMatch(
      /^__Host-koa\.sess=[\w-]{43}; path=\/; expires=[^;]+; samesite=lax; secure; httponly$/,
    );
    const overHttp = await fetch(`${origin}/count`);
    expect([overHttp.status, cookiesOf(overHttp)]).toEqual([500, []]);
  });

  test('the cookie is signed with SHA-256', async () => {
    const { origin } = await serve(world);
    const visitor = new Browser(origin);
    await visitor.get('/count');
    const value = `koa.sess=${await visitor.cookie('koa.sess')}`;
    expect(await visitor.cookie('koa.sess.sig')).toBe(new Keygrip(['old key'], 'sha256').sign(value));
  });

  test('APP_KEYS can be rotated: the new key signs, the old one is still valid', async () => {
    const old = await serve(world);
    const visitor = new Browser(old.origin);
    await visitor.get('/count');
    vi.stubEnv('APP_KEYS', 'new key, old key');
    const both = await serve(world);
    const late = visitor.at(both.origin);
    expect((await late.get('/count')).text).toBe('{"views":2}');
    vi.stubEnv('APP_KEYS', 'new key');
    const rotated = await serve(world);
    expect((await late.at(rotated.origin).get('/count')).text).toBe('{"views":3}');
    expect((await visitor.at(rotated.origin).get('/count')).text).toBe('{"views":1}');
  });

  test('the signature of an older key is kept: renewed alone, it would be lost when the browser is closed', async () => {
    const visitor = new Browser((await serve(world)).origin);
    await visitor.get('/count');
    const [value, signature] = [await visitor.cookie('koa.sess'), await visitor.cookie('koa.sess.sig')];
    vi.stubEnv('APP_KEYS', 'new key, old key');
    const { origin } = await serve(world);
    const cookie = `koa.sess=${value}; koa.sess.sig=${signature}`;
    const page = await fetch(origin, { headers: { cookie } });
    expect([await page.text(), cookiesOf(page)]).toEqual(['{"views":1}', []]);
    wait(20 * DAY);
    const late = await fetch(`${origin}/count`, { headers: { cookie } });
    expect(cookiesOf(late)).toHaveLength(2);
    for (const line of cookiesOf(late)) expect(line).toContain('expires=');
  });

  test.each([undefined, '', ' , ,'])(
    'APP_KEYS of %o prevent the start, and the message says how to create one',
    (keys) => {
      vi.stubEnv('APP_KEYS', keys);
      expect(() => world.modules.index.sessions(new Koa())).toThrow(/^APP_KEYS is not set.*npm run keys:new/);
    },
  );

  test('a start that failed because of missing keys can be retried', () => {
    const app = new Koa();
    vi.stubEnv('APP_KEYS', '');
    expect(() => world.modules.index.sessions(app)).toThrow('APP_KEYS');
    vi.stubEnv('APP_KEYS', 'a key');
    world.modules.index.sessions(app);
  });

  test('existing keys of the app are kept', async () => {
    vi.stubEnv('APP_KEYS', '');
    const app = new Koa({ keys: ['of the app'] });
    await serve(world, app);
    expect(app.keys).toEqual(['of the app']);
  });

  test('a second call for the same app is refused, while koa-session would ignore it', async () => {
    const { app } = await serve(world);
    expect(() => world.modules.index.sessions(app)).toThrow('two session middlewares');
    expect(() => world.modules.index.sessions(new Koa())).not.toThrow();
  });

  test('a session in use is renewed in the second half of its lifetime', async () => {
    const { origin } = await serve(world);
    const visitor = new Browser(origin);
    await visitor.get('/count');
    for (const _ of [1, 2, 3]) {
      wait(10 * DAY);
      expect((await visitor.get('/')).text).toBe('{"views":1}');
    }
    wait(15 * DAY);
    expect((await visitor.get('/')).text).toBe('{}');
  });
});

describe.each(['plain', 'rolling', 'touch-after'] as const)('sessions(app), %s', (feature) => {
  const world = useWorld(variant('url', feature));

  test('a session that is touched outside of requests stays logged in as long as requests come', async () => {
    const { origin, store } = await serve(world);
    const visitor = new Browser(origin);
    await visitor.get('/login');
    const { text } = await visitor.get('/key');
    for (let day = 1; day <= 40; day += 1) {
      wait(DAY);
      expect(await store.touch(text)).toBe(true);
      expect((await visitor.get('/')).text).toBe('{"userId":"ann"}');
    }
  });

  test('a session that changes after the headers are sent stays logged in as long as requests come', async () => {
    const { origin } = await serve(world);
    const visitor = new Browser(origin);
    await visitor.get('/login');
    for (let day = 1; day <= 40; day += 1) {
      wait(DAY);
      expect((await visitor.get('/')).text).toMatch('"userId":"ann"');
      await visitor.get('/stream');
    }
  });
});

describe('sessions(app), rolling', () => {
  const world = useWorld(variant('url', 'rolling'));

  test('each response renews the cookie', async () => {
    const { origin } = await serve(world);
    const visitor = new Browser(origin);
    await visitor.get('/count');
    const first = await world.onlyDocument();
    wait(HOUR);
    await visitor.get('/');
    const { expiresAt, version } = await world.onlyDocument();
    expect(expiresAt.getTime() - first.expiresAt.getTime()).toBe(HOUR);
    expect(version).toBe(1);
  });
});

describe('sessions(app), with all features', () => {
  const { settings, ...harness } = variant('url', 'all');
  const world = useWorld({ ...harness, settings: { ...settings, absoluteTtl: 24 * 60 * 60 } });

  test('the store uses the settings', async () => {
    const { origin, store } = await serve(world);
    const visitor = new Browser(origin);
    await visitor.get('/count');
    await visitor.get('/login');
    const { data, user, expiresAt, createdAt } = await world.onlyDocument();
    expect(data).toBeInstanceOf(Binary);
    expect(user).toBe('ann');
    expect(expiresAt).toEqual(new Date(createdAt.getTime() + DAY));
    expect(await store.listByUser('ann')).toHaveLength(1);
    const sent = await world.sentBy(() => visitor.get('/'));
    expect(sent.map(({ name }) => name)).toEqual(['find']);
  });

  test('a user who logs out the other devices and then calls regenerate() stays logged in', async () => {
    const { origin } = await serve(world);
    const [here, there] = [new Browser(origin), new Browser(origin)];
    for (const browser of [here, there]) await browser.get('/login');
    const before = await here.cookie('koa.sess');
    await here.get('/password');
    expect(await here.cookie('koa.sess')).not.toBe(before);
    expect((await here.get('/')).text).toBe('{"userId":"ann"}');
    expect((await there.get('/')).text).toBe('{}');
  });

  test.each([
    { keys: undefined, message: /^SESSION_ENCRYPTION_KEYS is not set.*npm run keys:new/ },
    { keys: 'marker', message: /^SESSION_ENCRYPTION_KEYS takes keys of 32 bytes.*npm run keys:new/ },
    { keys: `${ENCRYPTION_KEY},marker`, message: /^SESSION_ENCRYPTION_KEYS takes keys of 32 bytes/ },
  ])('SESSION_ENCRYPTION_KEYS of $keys prevent the start, and are not quoted', ({ keys, message }) => {
    vi.stubEnv('SESSION_ENCRYPTION_KEYS', keys);
    const start = () => world.modules.index.sessions(new Koa());
    expect(start).toThrow(message);
    expect(start).not.toThrow('marker');
  });
});
