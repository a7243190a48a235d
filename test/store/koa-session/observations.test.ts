import type Koa from 'koa';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { samplePairs } from '../../support/sampling.ts';
import { variant } from '../contract/harness.ts';
import { DAY, HOUR, MINUTE, SECOND, TTL, useWorld, type World, wait } from '../contract/world.ts';
import { RELEASES, type Release } from './releases.ts';
import {
  type Call,
  openUnreliable,
  Recorder,
  type Routes,
  type SessionOptions,
  serve as serveOn,
  serveSessions,
} from './site.ts';

const COOKIE = 'koa.sess';

const ROUTES: Routes = {
  '/': (ctx) => ctx.session,
  '/count': (ctx) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1;
    return ctx.session;
  },
  '/login': async (ctx) => {
    ctx.session.user = 'ann';
    await ctx.session.regenerate();
    return ctx.session;
  },
  '/logout': (ctx) => {
    ctx.session = null;
  },
};

const namesOf = (calls: readonly Call[]) => calls.map(({ method }) => method);
const changedOf = (calls: readonly Call[]) =>
  calls.filter(({ method }) => method === 'set').map(({ args }) => Object(args[3]).changed);

const VARIANTS = (['plain', 'touch-after', 'throw', 'overwrite', 'all'] as const).map((feature) =>
  variant('url', feature),
);

const pairs = samplePairs(RELEASES, VARIANTS).map(([release, harness]) => ({ release, harness }));

describe.each(pairs)('$release.name, $harness.name', ({ release, harness }) => {
  const world = useWorld(harness);
  observations(world, release);
});

/** Numbered like the facts in the documentation of the store. */
function observations(world: World, release: Release): void {
  const { Application, koaSession } = release;
  const isLatest = release === RELEASES[0];
  const serve = (routes: Routes, mount: (app: Koa) => Koa.Middleware) => serveOn(routes, mount, Application);
  const site = (routes: Routes = {}, options: SessionOptions = {}) =>
    serveSessions(world, release, { ...ROUTES, ...routes }, { maxAge: HOUR, ...options });

  test('1. get is called in each request with a cookie; set and destroy are awaited', async () => {
    const { browser, calls } = await site();
    const visitor = browser();
    await visitor.get('/');
    expect(calls).toEqual([]);
    await visitor.get('/count');
    expect(await world.documents.countDocuments()).toBe(1);
    const key = await visitor.cookie(COOKIE);
    await visitor.get('/');
    await visitor.get('/logout');
    expect(await world.documents.countDocuments()).toBe(0);
    const passed = expect.objectContaining({ ctx: expect.any(Object) });
    expect(calls).toEqual([
      { method: 'set', args: [key, expect.any(Object), HOUR + 10 * SECOND, passed] },
      { method: 'get', args: [key, HOUR, passed] },
      { method: 'get', args: [key, HOUR, passed] },
      { method: 'destroy', args: [key, passed] },
    ]);
  });

  test.each([
    { option: { maxAge: undefined }, asked: undefined, set: DAY + 10 * SECOND, stored: DAY + 10 * SECOND },
    { option: { maxAge: MINUTE }, asked: MINUTE, set: MINUTE + 10 * SECOND, stored: MINUTE + 10 * SECOND },
    { option: { maxAge: 'session' as const }, asked: 'session', set: 'session', stored: TTL },
  ])(
    '2. a maxAge of $option.maxAge arrives as $set and is stored as a date',
    async ({ option, asked, set, stored }) => {
      const { browser, calls } = await site({}, option);
      const visitor = browser();
      await visitor.get('/count');
      await visitor.get('/');
      expect(calls.map(({ method, args }) => [method, args[method === 'set' ? 2 : 1]])).toEqual([
        ['set', set],
        ['get', asked],
      ]);
      const lifetime = world.settings.absoluteTtl ? Math.min(stored, 10 * HOUR) : stored;
      expect((await world.onlyDocument()).expiresAt).toEqual(new Date(Date.now() + lifetime));
    },
  );

  test('3. save() arrives as unchanged, and is stored', async () => {
    const { browser, calls } = await site({
      '/save': async (ctx) => {
        ctx.session.user = 'ann';
        await ctx.session.save();
        calls.push({ method: 'destroy', args: ['the end of the handler'] });
      },
    });
    const visitor = browser();
    await visitor.get('/count');
    await visitor.get('/save');
    const [saved] = calls.slice(calls.findIndex(({ method }) => method === 'get') + 1);
    expect(saved).toMatchObject({
      method: 'set',
      args: [{}, {}, {}, { changed: false }].map(() => expect.anything()),
    });
    expect(changedOf(calls)).toEqual([true, false, true]);
    expect((await visitor.get('/')).text).toBe('{"views":1,"user":"ann"}');
  });

  test('3. a login by regenerate() arrives as unchanged, and is stored', async () => {
    const { browser, calls } = await site();
    const visitor = browser();
    await visitor.get('/count');
    await visitor.get('/login');
    expect(changedOf(calls).slice(0, 2)).toEqual([true, false]);
    expect((await visitor.get('/')).text).toBe('{"views":1,"user":"ann"}');
  });

  test('3. a new maxAge arrives as unchanged, and is stored', async () => {
    const { browser, calls } = await site({
      '/remember': (ctx) => {
        ctx.session.maxAge = 3 * HOUR;
      },
    });
    const visitor = browser();
    await visitor.get('/count');
    await visitor.get('/remember');
    expect(changedOf(calls)).toEqual([true, false]);
    wait(2 * HOUR);
    expect((await visitor.get('/')).text).toBe('{"views":1}');
  });

  test('4. a manual save is known when the session is committed', async () => {
    const { browser, calls, errors } = await site({
      '/save': async (ctx) => {
        const { visit = 0 } = ctx.session;
        for (const step of [1, 2]) {
          Object.assign(ctx.session, { visit: visit + 1, step });
          await ctx.session.save();
        }
        ctx.session.step = 3;
      },
    });
    const visitor = browser();
    await visitor.get('/save');
    expect(namesOf(calls)).toEqual(['set', 'set', 'set']);
    expect((await visitor.get('/')).text).toBe('{"visit":1,"step":3}');
    await visitor.get('/save');
    expect((await visitor.get('/')).text).toBe('{"visit":2,"step":3}');
    expect(errors).toEqual([]);
    expect((await world.onlyDocument()).version).toBe(6);
  });

  test('5. a browser session has a lifetime of one day from its second commit on', async () => {
    const { browser, calls } = await site(
      {
        '/save': async (ctx) => {
          ctx.session.views = 1;
          await ctx.session.save();
        },
      },
      { maxAge: 'session' },
    );
    const visitor = browser();
    await visitor.get('/count');
    expect((await world.onlyDocument()).cookie).toEqual({ _session: true });
    await visitor.get('/count');
    expect((await world.onlyDocument()).cookie).toEqual({ _session: true });
    calls.length = 0;
    const other = browser();
    await world.documents.deleteMany({});
    await other.get('/save');
    expect(calls.map(({ args }) => args[2])).toEqual(['session', DAY + 10 * SECOND]);
    expect((await world.onlyDocument()).cookie).toEqual({ _maxAge: DAY, _expire: Date.now() + DAY });
    expect((await other.get('/')).text).toBe('{"views":1}');
  });

  test('6. the lifetime of a session comes back unchanged', async () => {
    const seen: unknown[] = [];
    const { browser } = await site({
      '/remember': (ctx) => {
        ctx.session.maxAge = 3 * HOUR;
      },
      '/see': (ctx) => {
        seen.push(ctx.session.maxAge, ctx.session._expire);
      },
    });
    const visitor = browser();
    await visitor.get('/count');
    await visitor.get('/remember');
    await visitor.get('/see');
    expect(seen).toEqual([3 * HOUR, Date.now() + 3 * HOUR]);
  });

  test('6. a later date only in the indexed field does not extend a session', async () => {
    const { browser } = await site();
    const visitor = browser();
    await visitor.get('/count');
    const cookie = await visitor.cookie(COOKIE);
    const signature = await visitor.cookie(`${COOKIE}.sig`);
    await world.documents.updateOne({}, { $set: { expiresAt: new Date(Date.now() + DAY) } });
    wait(HOUR + 1);
    const headers = { cookie: `${COOKIE}=${cookie}; ${COOKIE}.sig=${signature}` };
    const again = await fetch(new URL('/', visitor.origin), { headers });
    expect(await again.text()).toBe('{}');
  });

  test('6. a rolling session lasts as long as it is used, even if it does not change', async () => {
    const { browser } = await site({}, { rolling: true });
    const visitor = browser();
    await visitor.get('/count');
    for (const _ of [1, 2, 3]) {
      wait(50 * MINUTE);
      expect((await visitor.get('/')).text).toBe('{"views":1}');
    }
    expect((await world.onlyDocument()).version).toBe(1);
  });

  test('6. with renew, an unchanged session is renewed in the second half of its lifetime', async () => {
    const { browser, calls } = await site({}, { renew: true });
    const visitor = browser();
    await visitor.get('/count');
    wait(20 * MINUTE);
    await visitor.get('/');
    expect(namesOf(calls)).toEqual(['set', 'get']);
    wait(20 * MINUTE);
    await visitor.get('/');
    expect(namesOf(calls)).toEqual(['set', 'get', 'get', 'set']);
    wait(50 * MINUTE);
    expect((await visitor.get('/')).text).toBe('{"views":1}');
  });

  test('7. regenerate() moves the session, and the old cookie is invalid', async () => {
    const { browser, calls, origin } = await site();
    const visitor = browser();
    await visitor.get('/count');
    const planted = visitor.at(origin);
    const oldKey = await visitor.cookie(COOKIE);
    calls.length = 0;
    await visitor.get('/login');
    const newKey = await visitor.cookie(COOKIE);
    expect(newKey).not.toBe(oldKey);
    expect(calls.slice(0, 3).map(({ method, args }) => [method, args[0]])).toEqual([
      ['get', oldKey],
      ['destroy', oldKey],
      ['set', newKey],
    ]);
    expect((await visitor.get('/')).text).toBe('{"views":1,"user":"ann"}');
    expect((await planted.get('/')).text).toBe('{}');
    expect(await world.documents.countDocuments()).toBe(1);
  });

  test('8. destroying a session that was never stored succeeds', async () => {
    const { browser, calls, errors } = await site();
    expect((await browser().get('/logout')).status).toBe(200);
    expect((await browser().get('/login')).status).toBe(200);
    expect(namesOf(calls).slice(0, 2)).toEqual(['destroy', 'destroy']);
    expect(errors).toEqual([]);
  });

  test.each([{ key: ['a'] }, { key: { $gt: '' } }, { key: { $ne: null } }, { key: 7 }])(
    '9. an externalKey that returns $key finds no session',
    async ({ key }) => {
      const { browser } = await site();
      await browser().get('/count');
      const externalKey = { get: () => key as unknown as string, set: () => {} };
      const hostile = await site({}, { externalKey });
      expect(await hostile.browser().get('/')).toMatchObject({ status: 200, text: '{}' });
    },
  );

  test('9. an unsigned cookie of any length finds no session', async () => {
    const { origin } = await site({}, { signed: false });
    const response = await fetch(new URL('/count', origin), {
      headers: { cookie: `${COOKIE}=${'x'.repeat(12_000)}` },
    });
    expect(await response.text()).toBe('{"views":1}');
    expect(await world.documents.countDocuments()).toBe(1);
  });

  test('10. a failed read is not a logout: the cookie is kept, and is valid again afterwards', async () => {
    const { database, store } = openUnreliable(world);
    onTestFinished(() => store.close());
    const { browser, errors } = await serve(ROUTES, (app) => koaSession({ store, maxAge: HOUR }, app));
    const visitor = browser();
    await visitor.get('/count');
    const key = await visitor.cookie(COOKIE);
    database.isDown = true;
    expect((await visitor.get('/')).status).toBe(500);
    expect(await visitor.cookie(COOKIE)).toBe(key);
    expect(String(errors[0])).toBe('SessionStoreError: Session get failed: the database is out of reach');
    database.isDown = false;
    expect((await visitor.get('/count')).text).toBe('{"views":2}');
  });

  test('10. a file that the connection lacks is a failure, and not a page that is missing', async () => {
    vi.stubEnv('MONGODB_URL', 'mongodb://127.0.0.1/?tls=true&tlsCAFile=/is/not/there.pem');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { connection, sessions } = world.modules;
    const store = new sessions.Sessions(connection.connect(), world.options);
    onTestFinished(() => store.close());
    const { browser, errors } = await serve(ROUTES, (app) => koaSession({ store, maxAge: HOUR }, app));
    expect((await browser().get('/count')).status).toBe(500);
    expect(String(errors[0])).toContain('no such file');
  });

  test('11. a failed write replaces the error of the request, so it says what failed', async () => {
    const { database, store } = openUnreliable(world);
    onTestFinished(() => store.close());
    const routes: Routes = {
      ...ROUTES,
      '/fail': (ctx) => {
        ctx.session.views = 2;
        database.isDown = true;
        ctx.throw(418);
      },
    };
    const { browser, errors } = await serve(routes, (app) => koaSession({ store, maxAge: HOUR }, app));
    const visitor = browser();
    await visitor.get('/count');
    expect((await visitor.get('/fail')).status).toBe(500);
    expect(String(errors[0])).toBe('SessionStoreError: Session set failed: the database is out of reach');
    database.isDown = false;
    expect((await visitor.get('/')).text).toBe('{"views":1}');
  });

  test('12. private properties, isNew and functions are not part of a session', async () => {
    const { browser } = await site({
      '/private': (ctx) => {
        Object.assign(ctx.session, { _private: 1, call: () => 1, public: 1 });
      },
    });
    const visitor = browser();
    await visitor.get('/private');
    expect((await visitor.get('/')).text).toBe('{"public":1}');
    const key = await visitor.cookie(COOKIE);
    expect(await world.open().load(key ?? '')).toEqual({ public: 1 });
  });

  if (!world.settings.encrypt) {
    test('12. a stored __proto__ does not break the session', async () => {
      const { browser, errors } = await site({ '/admin': (ctx) => ctx.session.admin ?? 'nobody' });
      const visitor = browser();
      await visitor.get('/count');
      await world.documents.updateOne({}, { $set: { data: '{"views":1,"__proto__":{"admin":true}}' } });
      expect((await visitor.get('/admin')).text).toBe('"nobody"');
      expect((await visitor.get('/count')).text).toBe('{"views":2}');
      expect((await visitor.get('/login')).status).toBe(200);
      expect(errors).toEqual([]);
    });
  }

  test('13. the store itself is accepted', async () => {
    const { browser } = await serve(ROUTES, (app) => koaSession({ store: world.open(), maxAge: HOUR }, app));
    const visitor = browser();
    await visitor.get('/count');
    expect((await visitor.get('/count')).text).toBe('{"views":2}');
  });

  if (isLatest) {
    test('13. a store that is also a promise is refused', async () => {
      const store = Object.assign(Promise.resolve(), {
        get: async () => undefined,
        set: async () => {},
        destroy: async () => {},
      });
      const app = new Application();
      expect(() => koaSession({ store }, app)).toThrow('object');
    });
  }

  test('13. the class can be used as a ContextStore', async () => {
    const { connection, sessions } = world.modules;
    const opened = connection.connect();
    onTestFinished(() => opened.close());
    class ContextStore extends sessions.Sessions {
      constructor(_ctx: object) {
        super(opened, world.options);
      }
    }
    const { browser, errors } = await serve(ROUTES, (app) => koaSession({ ContextStore, maxAge: HOUR }, app));
    const visitor = browser();
    await visitor.get('/count');
    expect((await visitor.get('/count')).text).toBe('{"views":2}');
    expect((await world.onlyDocument()).version).toBe(2);
    expect(errors).toEqual([]);
  });

  test.each([{ maxAge: 8.64e15 }, { maxAge: 1e300 }])(
    '14. a maxAge of $maxAge is kept in range',
    async ({ maxAge }) => {
      const { browser, errors } = await site({
        '/forever': (ctx) => {
          ctx.session.maxAge = maxAge;
        },
      });
      const visitor = browser();
      await visitor.get('/count');
      await visitor.get('/forever');
      const { expiresAt } = await world.onlyDocument();
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
      expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.UTC(9999, 11, 31));
      expect((await visitor.get('/')).text).toBe('{"views":1}');
      expect(errors).toEqual([]);
    },
  );

  test('15. a second middleware on the same app is silently ignored', async () => {
    const [first, second] = [new Recorder(world.open()), new Recorder(world.open())];
    const { browser } = await serve(ROUTES, (app) => {
      app.use(koaSession({ store: first }, app));
      return koaSession({ store: second, key: 'second' }, app);
    });
    const visitor = browser();
    await visitor.get('/count');
    expect((await visitor.get('/count')).text).toBe('{"views":2}');
    expect(namesOf(first.calls)).toContain('set');
    expect(second.calls).toEqual([]);
    expect(await visitor.cookie('second')).toBeUndefined();
  });
}
