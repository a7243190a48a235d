import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import Koa, { type Context } from 'koa';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Browser } from '../../support/http.ts';
import { listen } from '../../support/listen.ts';
import { variant } from '../contract/harness.ts';
import { useWorld } from '../contract/world.ts';

const require = createRequire(import.meta.url);
// These come without types, or with those of another version.
const koa2: typeof Koa = require('koa2');
const mount: (path: string, app: unknown) => Koa.Middleware = require('koa-mount');
const compose: (middleware: Koa.Middleware[]) => Koa.Middleware = require('koa-compose');
const genericSession: (options: object) => Koa.Middleware = require('koa-generic-session');
const minimalSession: (options?: object) => Koa.Middleware = require('koa-session-minimal');

beforeEach(() => {
  vi.stubEnv('APP_KEYS', 'not a secret');
  return () => vi.unstubAllEnvs();
});

const RELEASES = [
  { release: 'koa 3, koa-session 7', Application: Koa, name: 'koa-session', other: 'koa-session6' },
  { release: 'koa 2.16, koa-session 6', Application: koa2, name: 'koa-session6', other: 'koa-session' },
];

describe.each(RELEASES)('$release', ({ Application, name, other }) => {
  const { packages, ...harness } = variant('url', 'plain');
  const world = useWorld({ ...harness, packages: { ...packages, 'koa-session': name } });

  /** The session middleware of the same package, and that of a second copy. */
  const middlewareOf = async (packageName: string) => {
    const { default: koaSession } = await import(packageName);
    return (app: Koa): Koa.Middleware => koaSession({ maxAge: 60_000 }, app);
  };

  const newApp = (options = {}) => {
    const app = new Application(options);
    app.keys = ['not a secret'];
    const errors: Error[] = [];
    app.on('error', (error) => errors.push(error));
    return { app, errors };
  };

  const mountSessions = (app: Koa) => {
    onTestFinished(world.modules.index.closeConnections);
    return world.modules.index.sessions(app, world.source);
  };

  const count = (ctx: Context) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1;
    ctx.body = `views ${ctx.session.views}`;
  };

  describe('another session middleware', () => {
    const TWICE = /two session middlewares: call sessions\(app\) once, and remove any other koa-session/;

    test.each([{ of: name }, { of: other }])('$of before sessions(app) is refused', async ({ of }) => {
      const { app } = newApp();
      app.use((await middlewareOf(of))(app));
      expect(() => mountSessions(app)).toThrow(TWICE);
    });

    test('a second sessions(app) is refused', () => {
      const { app } = newApp();
      mountSessions(app);
      expect(() => mountSessions(app)).toThrow(TWICE);
    });

    test.each<{ how: string; use: (app: Koa, session: (app: Koa) => Koa.Middleware) => Koa.Middleware }>([
      { how: 'on the app', use: (app, session) => session(app) },
      { how: 'through koa-compose', use: (app, session) => compose([session(app)]) },
      {
        how: 'on an app that is mounted in it',
        use: (_app, session) => {
          const inner = new Application();
          return mount('/', inner.use(session(inner)));
        },
      },
    ])('the same package after sessions(app), $how, makes each request fail', async ({ use }) => {
      const { app, errors } = newApp();
      mountSessions(app);
      app.use(use(app, await middlewareOf(name))).use(count);
      const { status } = await new Browser(await listen(app)).get('/');
      expect([status, errors[0]?.message]).toEqual([500, expect.stringMatching(TWICE)]);
      expect(await world.documents.countDocuments()).toBe(0);
    });

    const byRequire = {
      copy: 'the copy that `require` loads',
      load: () => require('koa-session').createSession,
    };
    test.each([
      { copy: 'another version', load: () => middlewareOf(other) },
      // The sessions import theirs. Version 6 is the same module for both.
      ...(name === 'koa-session' ? [byRequire] : []),
    ])('$copy after sessions(app) is refused', async ({ load }) => {
      const { app } = newApp();
      mountSessions(app);
      const middleware = await load();
      expect(() => middleware(app)).toThrow('Cannot redefine property: session');
    });

    test.each([
      { which: 'koa-generic-session', middleware: () => genericSession({}) },
      { which: 'koa-session-minimal', middleware: () => minimalSession() },
    ])('$which in front makes each request fail', async ({ middleware }) => {
      const { app, errors } = newApp();
      vi.spyOn(console, 'warn').mockImplementation(() => {});
      app.use(middleware());
      mountSessions(app);
      app.use(count);
      expect((await new Browser(await listen(app)).get('/')).status).toBe(500);
      expect(errors[0]?.message).toMatch(/^ctx\.session was used before the session middleware ran/);
    });
  });

  describe('an app in an app', () => {
    test('sessions of the inner app fail with a message that says what to do', async () => {
      const { app, errors } = newApp();
      const { app: inner } = newApp();
      mountSessions(inner);
      app.use(mount('/inner', inner.use(count)));
      expect((await new Browser(await listen(app)).get('/inner')).status).toBe(500);
      expect(errors[0]?.message).toMatch(
        /^sessions\(\) was called with an app that is mounted in another app/,
      );
    });

    test('sessions of the outer app can be used in the inner one', async () => {
      const { app } = newApp();
      mountSessions(app);
      app.use(mount('/inner', new Application().use(count))).use(count);
      const visitor = new Browser(await listen(app));
      expect((await visitor.get('/')).text).toBe('views 1');
      expect((await visitor.get('/inner')).text).toBe('views 2');
    });
  });

  describe('ctx.session before the session middleware ran', () => {
    const NOT_BEGUN =
      /^ctx\.session was used before the session middleware ran: call sessions\(app\) earlier/;

    test.each<{ how: string; use: (ctx: Context) => void }>([
      { how: 'read', use: count },
      {
        how: 'set',
        use: (ctx) => {
          ctx.session = { views: 1 };
        },
      },
      {
        how: 'ended',
        use: (ctx) => {
          ctx.session = null;
        },
      },
    ])('is an error when it is $how', async ({ use }) => {
      const { app, errors } = newApp();
      app.use(use);
      mountSessions(app);
      expect((await new Browser(await listen(app)).get('/')).status).toBe(500);
      expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(NOT_BEGUN)]);
    });

    test.each<{ how: string; derive: (ctx: Context) => Context }>([
      { how: 'an object that inherits from ctx', derive: (ctx) => Object.create(ctx) },
      // As Apollo Server does it.
      {
        how: 'a copy of ctx',
        derive: (ctx) => Object.assign(Object.create(Object.getPrototypeOf(ctx)), ctx),
      },
      { how: 'a proxy of ctx', derive: (ctx) => new Proxy(ctx, {}) },
    ])('is no error for $how, once the middleware has run', async ({ derive }) => {
      const { app, errors } = newApp();
      mountSessions(app);
      const visitor = new Browser(await listen(app.use((ctx) => count(derive(ctx)))));
      for (const _ of [1, 2]) await visitor.get('/');
      expect(errors).toEqual([]);
      expect(await world.onlyDocument()).toMatchObject({ data: '{"views":2}' });
    });

    test('is an error in the context of a WebSocket upgrade', async () => {
      const { app } = newApp();
      mountSessions(app);
      const server = createServer(app.callback()).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const seen = once(server, 'upgrade') as Promise<[IncomingMessage, import('node:net').Socket]>;
      const { port } = server.address() as { port: number };
      const request = require('node:http').request({
        port,
        headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
      });
      request.on('error', () => {}).end();
      const [incoming, socket] = await seen;
      const ctx = app.createContext(incoming, {} as never);
      expect(() => ctx.session).toThrow(NOT_BEGUN);
      socket.destroy();
    });

    test('is empty for an `error` listener, since an exception there would end the process', async () => {
      const { app, errors } = newApp();
      app.use((ctx, next) => (ctx.path === '/early' ? ctx.throw(418) : next()));
      mountSessions(app);
      const seen: unknown[] = [];
      app.on('error', (_error, ctx: Context) => seen.push(ctx.session.views));
      const visitor = new Browser(await listen(app.use(count)));
      expect((await visitor.get('/early')).status).toBe(418);
      expect((await visitor.get('/')).text).toBe('views 1');
      expect(seen).toEqual([undefined]);
      expect(errors).toHaveLength(1);
    });
  });

  test('a client that is gone before the session middleware runs is no error of it', async () => {
    const { app, errors } = newApp();
    app.use(async (ctx, next) => {
      socket.resetAndDestroy();
      await once(ctx.res, 'close');
      return next();
    });
    mountSessions(app);
    const handled = vi.fn(count);
    const { port } = new URL(await listen(app.use(handled)));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await vi.waitUntil(() => handled.mock.calls.length + errors.length > 1);
    expect(handled).toHaveBeenCalledOnce();
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/ECONNRESET|aborted/)]);
  });

  describe('HTTPS', () => {
    test.each([
      { env: 'development', https: true, isSecure: true },
      { env: 'development', https: false, isSecure: false },
      { env: 'production', https: true, isSecure: true },
    ])('in $env, HTTPS $https: the cookie is secure: $isSecure', async ({ env, https, isSecure }) => {
      vi.stubEnv('NODE_ENV', env);
      const { app } = newApp({ proxy: true });
      mountSessions(app);
      const origin = await listen(app.use(count));
      const headers = { 'X-Forwarded-Proto': https ? 'https' : 'http' };
      const cookies = (await fetch(origin, { headers })).headers.getSetCookie();
      expect(cookies.map((cookie) => /; secure(;|$)/.test(cookie))).toEqual([isSecure, isSecure]);
    });

    test('in production, nothing is stored for a request over HTTP, and the error says what to do', async () => {
      vi.stubEnv('NODE_ENV', 'production');
      const { app, errors } = newApp();
      mountSessions(app);
      app.use(async (ctx: Context) => {
        count(ctx);
        if (ctx.path === '/login') await ctx.session.regenerate();
        if (ctx.path === '/save') await ctx.session.save();
      });
      const origin = await listen(app);
      for (const path of ['/', '/login', '/save']) {
        expect((await fetch(origin + path)).status).toBe(500);
      }
      expect(errors.map(({ message }) => message)).toEqual(
        Array(3).fill(
          'This request came over HTTP, but the cookie needs HTTPS: behind a proxy, set app.proxy.',
        ),
      );
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test('in production, a request over HTTP that does not use the session succeeds', async () => {
      vi.stubEnv('NODE_ENV', 'production');
      const { app } = newApp();
      mountSessions(app);
      app.use((ctx: Context) => {
        ctx.body = ctx.session.views ?? 'none';
      });
      const page = await fetch(await listen(app));
      expect([page.status, await page.text()]).toEqual([200, 'none']);
    });
  });

  test('the cookie has the attributes of its settings, also if the request fails', async () => {
    const { app } = newApp();
    const cookie = {
      key: 'shop',
      path: '/shop',
      domain: 'example.com',
      sameSite: 'strict',
      secure: true,
    } as const;
    app.proxy = true;
    world.modules.mount.mountSession(app, { ...cookie, store: world.open() });
    app.use((ctx: Context) => {
      ctx.session.views = 1;
      ctx.throw(401);
    });
    const page = await fetch(await listen(app), { headers: { 'X-Forwarded-Proto': 'https' } });
    const cookies = page.headers.getSetCookie();
    const attributes = '; path=/shop; domain=example.com; samesite=strict; secure; httponly';
    expect(cookies.map((text) => text.replace(/^(.*?)=[^;]*|; expires=[^;]*/g, '$1'))).toEqual([
      `shop${attributes}`,
      `shop.sig${attributes}`,
    ]);
  });

  test('an invalid lifetime in a document does not make the request fail', async () => {
    const { app } = newApp();
    mountSessions(app);
    const visitor = new Browser(await listen(app.use(count)));
    await visitor.get('/');
    await world.documents.updateOne({}, { $set: { 'cookie._maxAge': Number.NaN } });
    expect(await visitor.get('/')).toMatchObject({ status: 200, text: 'views 2' });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '30d'])(
    'a request that sets maxAge to %s fails before it stores or ends a session',
    async (maxAge) => {
      const { app, errors } = newApp();
      mountSessions(app);
      app.use(async (ctx: Context) => {
        count(ctx);
        if (ctx.path === '/') return;
        ctx.session.maxAge = maxAge;
        await ctx.session.regenerate();
      });
      const visitor = new Browser(await listen(app));
      expect(await visitor.get('/login')).toMatchObject({ status: 500 });
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/^ctx\.session\.maxAge must be a number/) },
      ]);
      expect(await world.documents.countDocuments()).toBe(0);
      await visitor.get('/');
      await visitor.get('/login');
      expect((await visitor.get('/')).text).toBe('views 2');
      expect(await world.documents.countDocuments()).toBe(1);
    },
  );

  test.each<[string, (ctx: Context) => Promise<void>]>([
    [
      'before a login',
      async (ctx) => {
        ctx.session.maxAge = 'session';
        await ctx.session.regenerate();
      },
    ],
    [
      'after a login',
      async (ctx) => {
        await ctx.session.regenerate();
        ctx.session.maxAge = 'session';
      },
    ],
    [
      'before two saves',
      async (ctx) => {
        ctx.session.maxAge = 'session';
        await ctx.session.save();
        count(ctx);
        await ctx.session.save();
      },
    ],
  ])(
    'a session that is set to end with the browser %s ends with it, also after later saves',
    async (_when, act) => {
      const { app } = newApp();
      mountSessions(app);
      app.use(async (ctx: Context) => {
        count(ctx);
        if (ctx.path === '/begin') await act(ctx);
        if (ctx.path === '/save') await ctx.session.save();
        if (ctx.path === '/regenerate') await ctx.session.regenerate();
        count(ctx);
      });
      const visitor = new Browser(await listen(app));
      for (const path of ['/begin', '/save', '/regenerate', '/']) {
        await visitor.get(path);
        expect(await visitor.endOf('koa.sess')).toBe('Infinity');
        expect(await world.documents.findOne()).toMatchObject({ cookie: { _session: true } });
      }
    },
  );

  test.each<{ how: string; start: (ctx: Context) => Promise<void> }>([
    { how: 'save()', start: (ctx) => ctx.session.save() },
    { how: 'a save() that is not awaited', start: async (ctx) => void ctx.session.save() },
    { how: 'regenerate()', start: (ctx) => ctx.session.regenerate() },
  ])('what $how has stored can be taken back in the same request', async ({ start }) => {
    const { app, errors } = newApp();
    mountSessions(app);
    app.use(async (ctx: Context) => {
      ctx.body = ctx.session;
      if (ctx.path === '/count') return count(ctx);
      if (ctx.path === '/') return;
      Object.assign(ctx.session, { isBusy: true });
      await start(ctx);
      Reflect.deleteProperty(ctx.session, 'isBusy');
    });
    const visitor = new Browser(await listen(app));
    await visitor.get('/new');
    expect((await visitor.get('/')).text).toBe('{}');
    await visitor.get('/count');
    await visitor.get('/work');
    expect((await visitor.get('/')).text).toBe('{"views":1}');
    expect(errors).toEqual([]);
  });

  const late: Record<string, (ctx: Context) => void> = {
    'by a property': count,
    'by an object': (ctx) => {
      ctx.session = { user: 'ann' };
    },
  };

  test.each(Object.entries(late))(
    'a session that begins after the response %s is not stored',
    async (_, begin) => {
      const { app, errors } = newApp();
      mountSessions(app);
      app.use(async (ctx: Context) => {
        ctx.respond = false;
        ctx.res.end('raw');
        begin(ctx);
      });
      const origin = await listen(app);
      // For a wrong signature, the package `cookies` sends a cookie that removes it.
      for (const cookie of ['', 'koa.sess=key; koa.sess.sig=wrong']) {
        expect(await (await fetch(origin, { headers: { cookie } })).text()).toBe('raw');
        await vi.waitUntil(() => errors.length > 0);
        expect(errors.pop()?.message).toMatch(/^The session began after the response was sent/);
      }
      expect(await world.documents.countDocuments()).toBe(0);
    },
  );

  test.each([
    { what: 'changes', change: { views: 2 } },
    { what: 'renews', change: { maxAge: 60_000 } },
  ])('a request that has sent its response itself $what its session without an error', async ({ change }) => {
    const { app, errors } = newApp();
    mountSessions(app);
    app.use(async (ctx: Context) => {
      if (ctx.path === '/count') return count(ctx);
      ctx.respond = false;
      ctx.res.end('raw');
      Object.assign(ctx.session, change);
      return ctx.session.save();
    });
    const visitor = new Browser(await listen(app));
    await visitor.get('/count');
    expect((await visitor.get('/')).text).toBe('raw');
    expect((await visitor.get('/count')).text).toMatch(/^views [23]$/);
    expect(errors).toEqual([]);
  });

  test.each([
    { how: 'saved', start: (ctx: Context) => ctx.session.save() },
    { how: 'regenerated', start: (ctx: Context) => ctx.session.regenerate() },
    {
      how: 'regenerated and replaced',
      start: async (ctx: Context) => {
        await ctx.session.regenerate();
        ctx.session = { views: 1 };
      },
    },
  ])('a new session that is $how before the headers are sent can change after that', async ({ start }) => {
    const { app, errors } = newApp();
    mountSessions(app);
    app.use(async (ctx: Context) => {
      if (ctx.path === '/count') return count(ctx);
      ctx.session.views = 1;
      await start(ctx);
      ctx.status = 200;
      ctx.flushHeaders();
      ctx.session.views = 2;
      ctx.body = Readable.from(['streamed']);
    });
    const visitor = new Browser(await listen(app));
    expect((await visitor.get('/')).text).toBe('streamed');
    expect((await visitor.get('/count')).text).toBe('views 3');
    expect(errors).toEqual([]);
  });

  describe.each([
    { place: 'a stream', path: '/stream' },
    { place: 'a middleware before the sessions', path: '/outer' },
  ])('of the changes in $place, after the session is stored,', ({ path }) => {
    const viewsAfter = async (change: (ctx: Context) => unknown) => {
      const { app, errors } = newApp();
      app.use(async (ctx: Context, next) => {
        await next();
        if (ctx.path === '/outer') await change(ctx);
      });
      mountSessions(app);
      const stream = async function* (ctx: Context) {
        yield 'begun, ';
        await change(ctx);
        yield 'ended';
      };
      app.use((ctx: Context) => {
        if (ctx.path === '/count') return count(ctx);
        ctx.body = ctx.path === '/stream' ? Readable.from(stream(ctx)) : 'begun, ended';
      });
      const visitor = new Browser(await listen(app));
      await visitor.get('/count');
      expect((await visitor.get(path)).text).toBe('begun, ended');
      expect(errors).toEqual([]);
      return (await visitor.get('/count')).text;
    };
    const change = (ctx: Context) => {
      ctx.session.views = 10;
    };

    test('one with save() is stored', async () => {
      const save = (ctx: Context) => {
        change(ctx);
        return ctx.session.save();
      };
      expect(await viewsAfter(save)).toBe('views 11');
    });

    test('one without is not stored', async () => {
      expect(await viewsAfter(change)).toBe('views 2');
    });

    test('a logout does nothing', async () => {
      const logOut = (ctx: Context) => {
        ctx.session = null;
      };
      expect(await viewsAfter(logOut)).toBe('views 2');
    });
  });

  describe('a request that fails', () => {
    /** One error object for all requests, which an app may use. */
    const shared = Object.assign(new Error('shared'), { status: 403, expose: true });

    const failing = async (fail: (ctx: Context) => unknown) => {
      const { app, errors } = newApp();
      mountSessions(app);
      app.use(async (ctx: Context) => {
        ctx.cookies.set('other', 'x');
        if (ctx.path === '/fail') await fail(ctx);
        else if (ctx.path === '/login') await logIn(ctx);
        else if (ctx.path === '/logout') ctx.session = null;
        else ctx.body = ctx.session;
        if (ctx.query.fail !== undefined) ctx.throw(422);
      });
      return { app, errors, visitor: new Browser(await listen(app)) };
    };

    const breakStream = (ctx: Context) => {
      const stream = new Readable({ read: () => void stream.destroy(new Error('the stream broke')) });
      ctx.body = stream;
    };

    const logIn = async (ctx: Context) => {
      ctx.session.user = 'ann';
      await ctx.session.regenerate();
    };

    test.each<{ how: string; fail: (ctx: Context) => unknown; status: number }>([
      { how: 'ctx.throw', fail: (ctx) => ctx.throw(401), status: 401 },
      {
        how: 'an error with headers',
        fail: (ctx) => ctx.throw(401, { headers: { 'X-Own': '1' } }),
        status: 401,
      },
      { how: 'a string', fail: () => Promise.reject('no error at all'), status: 500 },
      // Koa 3 closes the connection instead.
      ...(Application === koa2 ? [{ how: 'a stream', fail: breakStream, status: 500 }] : []),
    ])('counts the attempts of a visitor from the first request on: $how', async ({ fail, status }) => {
      const { visitor } = await failing((ctx) => {
        ctx.session.views = (ctx.session.views ?? 0) + 1;
        return fail(ctx);
      });
      for (const _ of [1, 2, 3]) expect((await visitor.get('/fail')).status).toBe(status);
      expect((await visitor.get('/')).text).toBe('{"views":3}');
      expect(await world.documents.countDocuments()).toBe(1);
    });

    test('keeps its login, and leaves no session without a cookie', async () => {
      const { visitor } = await failing(() => {});
      await visitor.get('/');
      expect((await visitor.get('/login?fail')).status).toBe(422);
      expect((await visitor.get('/')).text).toBe('{"user":"ann"}');
      expect(await world.documents.countDocuments()).toBe(1);
    });

    test('keeps its cookie with an error handler like koa-onerror', async () => {
      const { app, visitor } = await failing((ctx) => {
        ctx.session.views = (ctx.session.views ?? 0) + 1;
        ctx.throw(401);
      });
      // Koa also calls this at the end of each response, without an error.
      app.context.onerror = function (this: Context, error: Error | null) {
        if (!error) return;
        for (const name of this.res.getHeaderNames()) this.res.removeHeader(name);
        this.res.statusCode = 418;
        this.res.end(error.message);
      };
      for (const _ of [1, 2]) expect((await visitor.get('/fail')).status).toBe(418);
      expect((await visitor.get('/')).text).toBe('{"views":2}');
    });

    test('keeps the error handler that an earlier middleware gave to its ctx, and its cookie', async () => {
      const { app } = newApp();
      app.use((ctx, next) => {
        // Koa also calls it at the end of each response, without an error.
        ctx.onerror = (error) => void (error && ctx.res.writeHead(418).end());
        return next();
      });
      mountSessions(app);
      app.use((ctx: Context) => {
        if (ctx.path !== '/fail') return count(ctx);
        ctx.session.views = 1;
        return ctx.throw(401);
      });
      const visitor = new Browser(await listen(app));
      expect((await visitor.get('/fail')).status).toBe(418);
      expect((await visitor.get('/')).text).toBe('views 2');
    });

    test('keeps its logout', async () => {
      const { visitor } = await failing(() => {});
      await visitor.get('/login');
      expect((await visitor.get('/logout?fail')).status).toBe(422);
      expect(await visitor.cookie('koa.sess')).toBeUndefined();
      expect(await world.documents.countDocuments()).toBe(0);
    });

    test('has only the cookie of the session and those of the error itself', async () => {
      const { app } = await failing((ctx) => {
        ctx.session.views = 1;
        ctx.throw(401, { headers: { 'Set-Cookie': 'own=1' } });
      });
      const cookies = (await fetch(`${await listen(app)}/fail`)).headers.getSetCookie();
      expect(cookies.map((cookie) => cookie.split('=', 1)[0])).toEqual(['own', 'koa.sess', 'koa.sess.sig']);
    });

    test('also has its cookie in the response to HEAD', async () => {
      const { visitor } = await failing((ctx) => {
        ctx.session.views = 1;
        ctx.throw(409);
      });
      const { status, headers } = await fetch(`${visitor.origin}/fail`, { method: 'HEAD' });
      expect([status, headers.getSetCookie().length]).toEqual([409, 2]);
    });

    test('does not leak its cookie through an error object that requests share', async () => {
      const { visitor } = await failing((ctx) => {
        if (ctx.query.count) ctx.session.views = 1;
        throw shared;
      });
      await visitor.get('/fail?count=1');
      const stranger = new Browser(visitor.origin);
      expect((await stranger.get('/fail')).status).toBe(403);
      expect(await stranger.cookie('koa.sess')).toBeUndefined();
      expect(shared).not.toHaveProperty('headers');
    });

    test('has each cookie only once if an error handler of the app responds', async () => {
      const { app } = newApp();
      app.use(async (ctx, next) => {
        try {
          await next();
        } catch {
          ctx.status = 503;
          ctx.body = 'sorry';
        }
      });
      mountSessions(app);
      app.use((ctx: Context) => {
        ctx.session.views = 1;
        ctx.throw(400);
      });
      const response = await fetch(await listen(app));
      expect([response.status, response.headers.getSetCookie().length]).toEqual([503, 2]);
    });
  });
});
