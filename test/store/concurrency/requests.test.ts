import { randomBytes } from 'node:crypto';
import Koa from 'koa';
import koaSession from 'koa-session';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Settings } from '../../../src/core/answers/settings.ts';
import {
  ALL_OPTIONS,
  FEATURES,
  type GeneratedStore,
  loadGenerated,
  PLAIN,
  STYLES,
} from '../../support/generated.ts';
import { Browser } from '../../support/http.ts';
import { listen } from '../../support/listen.ts';
import { useDatabase } from '../../support/mongo/index.ts';
import { runs } from '../../support/sampling.ts';
import { Gate } from './gate.ts';

const database = useDatabase();
const client = new MongoClient(database.url);
const sessions = client.db().collection<{ _id: string }>('sessions');

beforeAll(() => {
  process.env.MONGODB_URL = database.url;
  process.env.APP_KEYS = 'a secret of tests';
  process.env.SESSION_ENCRYPTION_KEYS = randomBytes(32).toString('base64');
});
afterEach(() => sessions.deleteMany({}));
afterAll(() => client.close());

type Change = (session: Record<string, unknown>) => void;

interface World {
  readonly origin: string;
  readonly store: GeneratedStore;
  /** A new session, without a cookie. */
  browser(): Browser;
  /** Errors of requests, oldest first. */
  readonly errors: Error[];
  /** Changes the session in one request. */
  change(browser: Browser, change: Change): Promise<{ status: number }>;
  /** Starts a request that has loaded its session, runs `first`, and stays in its handler until `finish`. */
  begin(
    browser: Browser,
    act: (ctx: Koa.Context) => unknown,
    first?: (ctx: Koa.Context) => unknown,
  ): Promise<{ finish(): Promise<{ status: number }> }>;
  see(browser: Browser): Promise<unknown>;
}

/** An app with generated sessions, whose requests run functions of the test. */
async function world(features: Partial<Settings> = {}): Promise<World> {
  const { index } = await loadGenerated({ ...PLAIN, ...features });
  const app = new Koa();
  const work = new Map<string, (ctx: Koa.Context) => unknown>();
  const store = index.sessions(app);
  onTestFinished(index.closeConnections);
  app.use(async (ctx) => {
    await work.get(ctx.path)?.(ctx);
    ctx.body = ctx.session?.toJSON() ?? {};
  });
  const errors: Error[] = [];
  app.on('error', (error) => errors.push(error));
  const origin = await listen(app);
  const request = (browser: Browser, act: (ctx: Koa.Context) => unknown) => {
    const path = `/${randomBytes(8).toString('hex')}`;
    work.set(path, act);
    return browser.post(path);
  };
  return {
    origin,
    store,
    browser: () => new Browser(origin),
    errors,
    change: (browser, change) => request(browser, (ctx) => change(ctx.session)),
    see: async (browser) => JSON.parse((await browser.get('/')).text),
    async begin(browser, act, first) {
      const gate = new Gate();
      const page = request(browser, async (ctx) => {
        await first?.(ctx);
        await gate.pass();
        await act(ctx);
      });
      await gate.arrived;
      return {
        finish() {
          gate.open();
          return page;
        },
      };
    },
  };
}

const set =
  (properties: Record<string, unknown>): Change =>
  (session) =>
    void Object.assign(session, properties);

describe('two concurrent requests of one session, under merge', () => {
  test('lose nothing when they change different properties', async () => {
    const { browser, change, begin, see } = await world();
    const ann = browser();
    await change(ann, set({ views: 1, gone: 1 }));
    const one = await begin(ann, (ctx) => void Object.assign(ctx.session, { cart: ['tea'] }));
    const other = await begin(ann, (ctx) => {
      ctx.session.theme = 'dark';
      delete ctx.session.gone;
    });
    expect(await one.finish()).toMatchObject({ status: 200 });
    expect(await other.finish()).toMatchObject({ status: 200 });
    expect(await see(ann)).toEqual({ views: 1, cart: ['tea'], theme: 'dark' });
  });

  test('the later one wins if they change the same property', async () => {
    const { browser, change, begin, see } = await world();
    const ann = browser();
    await change(ann, set({ views: 1, theme: 'light' }));
    const one = await begin(ann, (ctx) => void Object.assign(ctx.session, { views: 2, theme: 'dark' }));
    const other = await begin(ann, (ctx) => void Object.assign(ctx.session, { views: 3 }));
    await other.finish();
    await one.finish();
    expect(await see(ann)).toEqual({ views: 2, theme: 'dark' });
  });

  test('a request that saves twice keeps the changes of others between its saves', async () => {
    const { browser, change, begin, see } = await world();
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const long = await begin(ann, async (ctx) => {
      ctx.session.first = 1;
      await ctx.session.save();
      await change(ann, set({ between: 1 }));
      ctx.session.second = 2;
      await ctx.session.save();
      await change(ann, set({ later: 1 }));
      ctx.session.third = 3;
    });
    await change(ann, set({ before: 1 }));
    expect(await long.finish()).toMatchObject({ status: 200 });
    expect(await see(ann)).toEqual({
      views: 1,
      before: 1,
      first: 1,
      between: 1,
      second: 2,
      later: 1,
      third: 3,
    });
  });

  test('a session that merging makes too large can still be read, with --rolling, and made smaller', async () => {
    const { browser, change, begin, see, errors } = await world(FEATURES.rolling);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const large = 'x'.repeat(600 * 1024);
    const one = await begin(ann, (ctx) => void Object.assign(ctx.session, { one: large }));
    const other = await begin(ann, (ctx) => void Object.assign(ctx.session, { other: large }));
    await one.finish();
    await other.finish();
    expect(await see(ann)).toEqual({ views: 1, one: large, other: large });
    await change(ann, (session) => void delete session.other);
    expect(await see(ann)).toEqual({ views: 1, one: large });
    expect(errors).toEqual([]);
  });

  test('twelve concurrent requests, each with its own property, lose nothing', async () => {
    const { browser, change, begin, see } = await world();
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const names = Array.from({ length: 12 }, (_, number) => `p${number}`);
    const begun = await Promise.all(
      names.map((name) => begin(ann, (ctx) => void Object.assign(ctx.session, { [name]: name }))),
    );
    const pages = await Promise.all(begun.map(({ finish }) => finish()));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await see(ann)).toEqual({ views: 1, ...Object.fromEntries(names.map((name) => [name, name])) });
  });
});

describe.each(Object.entries({ ...FEATURES, merge: {} }))(
  '%s: a logout during a slow request',
  (_name, features) => {
    test.each<[string, (ctx: Koa.Context) => unknown]>([
      ['changes the session', (ctx) => void Object.assign(ctx.session, { views: 2 })],
      ['saves it unchanged', (ctx) => ctx.session.save()],
      ['gives it another lifetime', (ctx) => void Object.assign(ctx.session, { maxAge: 1000 })],
      [
        'saves it twice',
        async (ctx) => {
          await ctx.session.save();
          ctx.session.views = 2;
        },
      ],
    ])('is not undone when the request %s', async (_what, act) => {
      const { browser, origin, change, begin, see } = await world(features);
      const ann = browser();
      await change(ann, set({ views: 1, userId: 'ann' }));
      const slow = await begin(ann, act);
      const sameCookie = ann.at(origin);
      const logout = await begin(ann, (ctx) => {
        ctx.session = null;
      });
      await logout.finish();
      expect(await slow.finish()).toMatchObject({ status: 200 });
      expect(await see(sameCookie)).toEqual({});
      expect(await sessions.countDocuments()).toBe(0);
    });
  },
);

const changeViews = (ctx: Koa.Context) => void Object.assign(ctx.session, { views: 2 });
const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000;

describe.each([
  { what: 'a lifetime', maxAge: THIRTY_DAYS, cookie: { _maxAge: THIRTY_DAYS } },
  { what: 'the end of the browser session', maxAge: 'session', cookie: { _session: true } },
])('$what, set during a slow request', ({ maxAge, cookie }) => {
  test.each([
    { strategy: 'merge', features: {}, act: (ctx: Koa.Context) => ctx.session.save(), status: 200 },
    { strategy: 'rolling', features: FEATURES.rolling, act: () => undefined, status: 200 },
    { strategy: 'merge', features: {}, act: changeViews, status: 200 },
    { strategy: 'throw', features: FEATURES.throw, act: changeViews, status: 500 },
  ])('is kept, under $strategy', async ({ features, act, status }) => {
    const { browser, change, begin, origin } = await world(features);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const slow = await begin(ann, act);
    await change(ann.at(origin), set({ maxAge }));
    expect(await slow.finish()).toMatchObject({ status });
    expect(await sessions.findOne()).toMatchObject({ cookie });
  });
});

const regenerate =
  (properties: Record<string, unknown> = {}) =>
  async (ctx: Koa.Context) => {
    await ctx.session.regenerate();
    Object.assign(ctx.session, properties);
  };

describe.each(Object.entries({ 'user-key': FEATURES['user-key'], all: FEATURES.all }))(
  '%s: a slow request that calls regenerate()',
  (_name, features) => {
    test.each([
      { what: 'and changes nothing', properties: {} },
      { what: 'and changes the session', properties: { views: 2 } },
    ])('does not undo a logout of its user ($what)', async ({ properties }) => {
      const { browser, origin, change, begin, see } = await world(features);
      const ann = browser();
      await change(ann, set({ views: 1, userId: 'ann' }));
      const slow = await begin(ann, regenerate(properties));
      const logout = await begin(ann.at(origin), (ctx) => {
        ctx.session = null;
      });
      await logout.finish();
      expect(await slow.finish()).toMatchObject({ status: 200 });
      expect(await see(ann)).toEqual({});
      expect(await sessions.countDocuments()).toBe(0);
    });

    test('does not undo a logout from all devices', async () => {
      const { browser, change, begin, see, store } = await world(features);
      const ann = browser();
      await change(ann, set({ userId: 'ann' }));
      const slow = await begin(ann, regenerate());
      await store.destroyByUser('ann');
      expect(await slow.finish()).toMatchObject({ status: 200 });
      expect(await see(ann)).toEqual({});
      expect(await sessions.countDocuments()).toBe(0);
    });

    test('can log in another user after the first one was logged out meanwhile', async () => {
      const { browser, change, begin, see, store } = await world(features);
      const browserOfBoth = browser();
      await change(browserOfBoth, set({ userId: 'ann' }));
      const slow = await begin(browserOfBoth, regenerate({ userId: 'bob' }));
      await store.destroyByUser('ann');
      await slow.finish();
      expect(await see(browserOfBoth)).toEqual({ userId: 'bob' });
    });

    test('logs in another user without what a request of the first one has changed meanwhile', async () => {
      const { browser, origin, change, begin, see } = await world(features);
      const browserOfBoth = browser();
      await change(browserOfBoth, set({ userId: 'ann' }));
      const slow = await begin(browserOfBoth, async (ctx) => {
        ctx.session = { userId: 'bob' };
        await ctx.session.regenerate();
      });
      const first = browserOfBoth.at(origin);
      await change(first, set({ cart: ['tea'] }));
      expect(await slow.finish()).toMatchObject({ status: 200 });
      expect(await see(browserOfBoth)).toEqual({ userId: 'bob' });
      expect(await see(first)).toEqual({});
    });

    test('logs in both times if a login form is sent twice', async () => {
      const { browser, origin, change, begin, see } = await world(features);
      const ann = browser();
      await change(ann, set({ views: 1 }));
      const twice = [ann, ann.at(origin)];
      const logins = await Promise.all(twice.map((sender) => begin(sender, regenerate({ userId: 'ann' }))));
      for (const login of logins) await login.finish();
      for (const sender of twice) expect(await see(sender)).toEqual({ views: 1, userId: 'ann' });
    });
  },
);

const { plain, overwrite, 'user-key': userKey, throw: throwing, all } = FEATURES;

describe.each(Object.entries({ 'user-key': userKey, all }))('%s: a slow login', (_name, features) => {
  const user = { userId: 'ann' };
  test.each<[string, (ctx: Koa.Context) => unknown]>([
    ['before regenerate()', (ctx) => Object.assign(ctx.session, user) && ctx.session.regenerate()],
    ['after regenerate()', regenerate(user)],
    ['without regenerate()', (ctx) => Object.assign(ctx.session, user)],
  ])('%s gets nothing of another user who has logged in meanwhile', async (_when, act) => {
    const { browser, origin, change, begin, see } = await world(features);
    const browserOfBoth = browser();
    await change(browserOfBoth, set({ views: 1 }));
    const slow = await begin(browserOfBoth, act);
    await change(browserOfBoth.at(origin), set({ userId: 'bob', orders: ['tea'] }));
    expect(await slow.finish()).toMatchObject({ status: 200 });
    expect(await see(browserOfBoth)).toEqual({ views: 1, ...user });
  });
});

describe.each(Object.entries({ plain, 'user-key': userKey, all }))(
  '%s: a change that is stored while another request is in regenerate()',
  (_name, features) => {
    test('is merged, and also kept by a later save of that request', async () => {
      const { browser, origin, change, begin, see } = await world(features);
      const ann = browser();
      await change(ann, set({ views: 1 }));
      const other = ann.at(origin);
      const slow = await begin(ann, async (ctx) => {
        await regenerate({ userId: 'ann' })(ctx);
        await ctx.session.save();
        ctx.session.theme = 'dark';
      });
      await change(other, set({ views: 2, cart: ['tea'] }));
      expect(await slow.finish()).toMatchObject({ status: 200 });
      expect(await see(ann)).toEqual({ views: 2, cart: ['tea'], userId: 'ann', theme: 'dark' });
      expect(await see(other)).toEqual({});
    });

    test('may remove the user, who does not come back', async () => {
      const { browser, origin, change, begin, see } = await world(features);
      const ann = browser();
      await change(ann, set({ userId: 'ann', admin: true }));
      const slow = await begin(ann, regenerate({ views: 1 }));
      await change(ann.at(origin), (session) => {
        delete session.userId;
        delete session.admin;
      });
      await slow.finish();
      expect(await see(ann)).toEqual({ views: 1 });
    });
  },
);

describe.each(Object.entries(FEATURES))(
  '%s: a login during a slow request of the same browser',
  (_name, features) => {
    test.each<[string, (ctx: Koa.Context) => unknown]>([
      ['changes the session', changeViews],
      ['saves it unchanged', (ctx) => ctx.session.save()],
      ['gives it another lifetime', (ctx) => void Object.assign(ctx.session, { maxAge: 1000 })],
      [
        'changes it, and fails',
        (ctx) => {
          changeViews(ctx);
          ctx.throw(418);
        },
      ],
    ])('stays: its cookie is not replaced by that of a request that %s', async (_what, act) => {
      const { browser, change, begin, see } = await world(features);
      const ann = browser();
      await change(ann, set({ views: 1 }));
      const slow = await begin(ann, act);
      const login = await begin(ann, regenerate({ userId: 'ann' }));
      await login.finish();
      await slow.finish();
      expect(await see(ann)).toEqual({ views: 1, userId: 'ann' });
    });

    test.each<[string, (ctx: Koa.Context) => unknown]>([
      ['does not change it again', () => undefined],
      ['changes it again', (ctx) => void Object.assign(ctx.session, { views: 3 })],
      ['fails', (ctx) => ctx.throw(418)],
    ])(
      'stays: its cookie is not replaced by that of a request that has saved, and %s',
      async (_what, act) => {
        const { browser, change, begin, see } = await world(features);
        const ann = browser();
        await change(ann, set({ views: 1 }));
        const slow = await begin(ann, act, async (ctx) => {
          changeViews(ctx);
          await ctx.session.save();
        });
        const login = await begin(ann, regenerate({ userId: 'ann' }));
        await login.finish();
        await slow.finish();
        expect(await see(ann)).toEqual({ views: 2, userId: 'ann' });
      },
    );
  },
);

test.each(Object.entries(FEATURES))(
  '%s: a request that saves its session twice sends its cookie',
  async (_name, features) => {
    const { browser, begin, see } = await world(features);
    const ann = browser();
    const login = await begin(ann, regenerate({ userId: 'ann' }), (ctx) => ctx.session.save());
    await login.finish();
    expect(await see(ann)).toEqual({ userId: 'ann' });
  },
);

test.each(Object.entries(FEATURES))(
  '%s: two requests of a browser that call regenerate() at the same time leave it logged in',
  async (_name, features) => {
    const { browser, change, begin, see } = await world(features);
    const ann = browser();
    await change(ann, set({ userId: 'ann' }));
    const both = [await begin(ann, regenerate()), await begin(ann, regenerate())];
    for (const { finish } of both) await finish();
    expect(await see(ann)).toEqual({ userId: 'ann' });
  },
);

test.each(Object.entries({ throw: throwing, 'throw, user-key': { ...throwing, ...userKey } }))(
  '%s: regenerate() fails after a change of another request, which stays',
  async (_name, features) => {
    const { browser, origin, change, begin, see, errors } = await world(features);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const other = ann.at(origin);
    const slow = await begin(ann, regenerate({ userId: 'ann' }));
    await change(other, set({ views: 2 }));
    expect(await slow.finish()).toMatchObject({ status: 500 });
    expect(errors).toMatchObject([{ code: 'CONCURRENT_WRITE' }]);
    expect(await see(other)).toEqual({ views: 2 });
    expect(await sessions.countDocuments()).toBe(1);
  },
);

test.each(Object.entries({ overwrite, 'overwrite, user-key': { ...overwrite, ...userKey } }))(
  '%s: regenerate() overwrites a change of another request',
  async (_name, features) => {
    const { browser, origin, change, begin, see } = await world(features);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const other = ann.at(origin);
    const slow = await begin(ann, regenerate());
    await change(other, set({ views: 2 }));
    expect(await slow.finish()).toMatchObject({ status: 200 });
    expect([await see(ann), await see(other)]).toEqual([{ views: 1 }, {}]);
  },
);

test.each(Object.entries({ plain, overwrite, all }))(
  '%s: a regenerate() that is repeated after a failure leaves no old key valid',
  async (_name, features) => {
    const { browser, origin, change, begin, see } = await world(features);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const old = ann.at(origin);
    const login = await begin(ann, async (ctx) => {
      await ctx.session.regenerate();
      ctx.session.avatar = 'x'.repeat(2 * 1024 * 1024);
      await ctx.session.save().catch(() => delete ctx.session.avatar);
      await ctx.session.regenerate();
    });
    expect(await login.finish()).toMatchObject({ status: 200 });
    expect([await see(old), await see(ann)]).toEqual([{}, { views: 1 }]);
    expect(await sessions.countDocuments()).toBe(1);
  },
);

test.each(Object.entries(FEATURES))(
  '%s: a logout after a regenerate() that failed leaves no key valid',
  async (_name, features) => {
    const { browser, origin, change, begin, see } = await world(features);
    const ann = browser();
    await change(ann, set({ userId: 'ann' }));
    const old = ann.at(origin);
    const rotation = await begin(ann, async (ctx) => {
      ctx.session.avatar = 'x'.repeat(2 * 1024 * 1024);
      await ctx.session.regenerate().catch(() => {});
      ctx.session = null;
    });
    expect(await rotation.finish()).toMatchObject({ status: 200 });
    expect([await see(old), await see(ann)]).toEqual([{}, {}]);
    expect(await sessions.countDocuments()).toBe(0);
  },
);

for (const onConcurrentWrite of ['merge', 'overwrite', 'throw'] as const)
  test(`a login that does not await regenerate() fails, and leaves the session as it was: ${onConcurrentWrite}`, async () => {
    const { browser, change, begin, errors, see } = await world({ onConcurrentWrite });
    const ann = browser();
    await change(ann, set({ cart: 1 }));
    let regenerated: Promise<void> | undefined;
    const login = await begin(ann, (ctx) => {
      ctx.session.user = 'ann';
      regenerated = ctx.session.regenerate();
    });
    expect(await login.finish()).toMatchObject({ status: 500 });
    expect(errors.map(({ message }) => message)).toEqual(['Await regenerate() before the response.']);
    // Its error would have no handler, and end the process.
    await regenerated;
    expect(await see(ann)).toEqual({ cart: 1 });
    expect(await sessions.countDocuments()).toBe(1);
  });

test.each([
  {
    when: 'stores the new session',
    leave: async (ctx: Koa.Context) => {
      await new Promise(setImmediate);
      ctx.status = 200;
      ctx.flushHeaders();
    },
  },
  { when: 'has not begun to', leave: () => undefined },
])('a response that is sent when a regenerate() $when is warned of, without an error', async ({ leave }) => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  onTestFinished(() => warn.mockRestore());
  const { browser, change, begin } = await world();
  const ann = browser();
  await change(ann, set({ cart: 1 }));
  const before = await sessions.find().toArray();
  let regenerated: Promise<void> | undefined;
  const rotation = await begin(ann, (ctx) => {
    regenerated = ctx.session.regenerate();
    return leave(ctx);
  });
  expect(await rotation.finish()).toMatchObject({ status: 200 });
  await regenerated;
  expect(warn.mock.calls).toEqual([['Await regenerate() before the response.']]);
  expect(await sessions.find().toArray()).toEqual(before);
});

test('a regenerate() that ran out of time before the response is not warned of', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  onTestFinished(() => warn.mockRestore());
  const { connection, sessions: module } = await loadGenerated({ ...PLAIN, connection: STYLES.db });
  const slow = client.db().collection('sessions');
  const store = new module.Sessions(connection.connect({ collection: () => slow } as never), {
    ...ALL_OPTIONS,
    timeout: 500,
  });
  const ctx = { session: {}, headerSent: false };
  await store.set('old', { cart: 1 });
  await store.get('old', undefined, { ctx });
  await store.destroy('old', { ctx });
  const gate = new Gate();
  const { updateOne } = slow;
  let late: ReturnType<typeof updateOne> | undefined;
  slow.updateOne = async (...call) => {
    await gate.pass();
    late = updateOne.apply(slow, call);
    return late;
  };
  await expect(store.set('new', { cart: 1 }, undefined, { ctx })).rejects.toThrow('gave no answer in 500 ms');
  ctx.headerSent = true;
  gate.open();
  await new Promise(setImmediate);
  await late;
  await new Promise(setImmediate);
  expect(warn.mock.calls).toEqual([]);
});

describe('two requests that change the same session', () => {
  test('under overwrite: the last change remains', async () => {
    const { browser, change, begin, see } = await world(FEATURES.overwrite);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const one = await begin(ann, (ctx) => void Object.assign(ctx.session, { cart: ['tea'] }));
    const other = await begin(ann, (ctx) => void Object.assign(ctx.session, { theme: 'dark' }));
    expect(await one.finish()).toMatchObject({ status: 200 });
    expect(await other.finish()).toMatchObject({ status: 200 });
    expect(await see(ann)).toEqual({ views: 1, theme: 'dark' });
  });

  test('under throw: the later one fails, and the first change remains', async () => {
    const { browser, change, begin, see, errors } = await world(FEATURES.throw);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const one = await begin(ann, (ctx) => void Object.assign(ctx.session, { cart: ['tea'] }));
    const other = await begin(ann, (ctx) => void Object.assign(ctx.session, { theme: 'dark' }));
    expect(await one.finish()).toMatchObject({ status: 200 });
    expect(await other.finish()).toMatchObject({ status: 500 });
    expect(errors).toMatchObject([{ name: 'SessionStoreError', code: 'CONCURRENT_WRITE' }]);
    expect(await see(ann)).toEqual({ views: 1, cart: ['tea'] });
    expect(await change(ann, set({ theme: 'dark' }))).toMatchObject({ status: 200 });
    expect(await see(ann)).toEqual({ views: 1, cart: ['tea'], theme: 'dark' });
  });

  test('under throw: a request without changes does not conflict', async () => {
    const { browser, change, begin, see } = await world(FEATURES.throw);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const idle = await begin(ann, (ctx) => ctx.session.save());
    await change(ann, set({ views: 2 }));
    expect(await idle.finish()).toMatchObject({ status: 200 });
    expect(await see(ann)).toEqual({ views: 2 });
  });
});

test.each(Object.entries(FEATURES))(
  '%s: after a login during a slow request, the old key is invalid',
  async (_name, features) => {
    const { browser, origin, change, begin, see } = await world(features);
    const ann = browser();
    await change(ann, set({ views: 1 }));
    const planted = ann.at(origin);
    const slow = await begin(planted, (ctx) => void Object.assign(ctx.session, { views: 2 }));
    const login = await begin(ann, async (ctx) => {
      await ctx.session.regenerate();
      ctx.session.userId = 'ann';
    });
    await login.finish();
    await slow.finish();
    expect(await see(planted)).toEqual({});
    expect(await see(ann)).toEqual({ views: 1, userId: 'ann' });
  },
);

test.each(Object.entries({ plain: FEATURES.plain, all: FEATURES.all }))(
  '%s: hundreds of concurrent first requests with one new key create one document',
  async (_name, features) => {
    const { connection, sessions: module } = await loadGenerated({
      ...PLAIN,
      ...features,
      connection: STYLES.db,
    });
    // This client waits for a free connection without a limit, since so many requests take long on a busy machine.
    const timeout = 120_000;
    const count = runs(1000);
    const store = new module.Sessions(connection.connect(client.db()), { ...ALL_OPTIONS, timeout });
    onTestFinished(() => store.close());
    const app = new Koa();
    const all = new Gate(count);
    app.keys = ['a secret of tests'];
    app.use(koaSession({ store, genid: () => 'one new key' }, app));
    app.use(async (ctx) => {
      await all.pass();
      ctx.session.request = ctx.path;
      ctx.status = 204;
    });
    const errors: Error[] = [];
    app.on('error', (error) => errors.push(error));
    const origin = await listen(app);
    const pages = Array.from({ length: count }, (_, number) => fetch(`${origin}/${number}`));
    await all.arrived;
    all.open();
    const statuses = (await Promise.all(pages)).map(({ status }) => status);
    expect(errors).toEqual([]);
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect(await sessions.countDocuments()).toBe(1);
    expect(await store.load('one new key')).toEqual({ request: expect.stringMatching(/^\/\d+$/) });
  },
);
