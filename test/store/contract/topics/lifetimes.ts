import { describe, expect, test } from 'vitest';
import {
  ABSOLUTE_TTL,
  DAY,
  HOUR,
  MINUTE,
  newKey,
  newSession,
  request,
  requestOf,
  SECOND,
  TOUCH_AFTER,
  TTL,
  type World,
  wait,
} from '../world.ts';

const LAST_DATE = new Date('9999-12-31T00:00:00.000Z');

export function lifetimes(world: World): void {
  const lifetimeOf = async () => {
    const { updatedAt, expiresAt } = await world.onlyDocument();
    return expiresAt.getTime() - updatedAt.getTime();
  };

  describe('lifetimes', () => {
    test.each([
      { maxAge: undefined },
      { maxAge: 'session' },
      { maxAge: null },
      { maxAge: Number.NaN },
      { maxAge: Number.POSITIVE_INFINITY },
      { maxAge: '60000' },
    ])('a maxAge of $maxAge means the idle lifetime', async ({ maxAge }) => {
      await newSession(world.open(), {}, maxAge);
      expect(await lifetimeOf()).toBe(TTL);
    });

    test('a maxAge in ms is the lifetime', async () => {
      await newSession(world.open(), {}, 90 * MINUTE + 10 * SECOND);
      expect(await lifetimeOf()).toBe(90 * MINUTE + 10 * SECOND);
    });

    test.each([{ maxAge: 8.64e15 }, { maxAge: Number.MAX_VALUE }])(
      'a maxAge of $maxAge ends at the last allowed date',
      async ({ maxAge }) => {
        const store = world.open();
        const key = await newSession(store, { views: 1 }, maxAge);
        const { createdAt, expiresAt } = await world.onlyDocument();
        const lastDate = new Date(createdAt.getTime() + ABSOLUTE_TTL);
        expect(expiresAt).toEqual(world.settings.absoluteTtl ? lastDate : LAST_DATE);
        expect(await store.get(key)).toEqual({ views: 1 });
      },
    );

    test.each([{ maxAge: 0 }, { maxAge: -1 }, { maxAge: -8.64e15 }, { maxAge: -Number.MAX_VALUE }])(
      'a maxAge of $maxAge expires immediately, at a valid date',
      async ({ maxAge }) => {
        const store = world.open();
        const key = await newSession(store, { views: 1 }, maxAge);
        expect((await world.onlyDocument()).expiresAt.getTime()).toBeLessThanOrEqual(Date.now());
        expect(await store.get(key)).toBeUndefined();
      },
    );

    test('each write restarts the idle lifetime', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1 }, HOUR);
      wait(50 * MINUTE);
      await (await requestOf(store, key)).set({ views: 2 }, HOUR);
      wait(50 * MINUTE);
      await (await requestOf(store, key)).set({ views: 2 }, HOUR);
      wait(50 * MINUTE);
      expect(await store.get(key)).toEqual({ views: 2 });
    });

    test('a shortened lifetime is stored with the next write', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1, _maxAge: DAY, _expire: Date.now() + DAY }, DAY);
      const { set } = await requestOf(store, key);
      await set({ views: 1, _maxAge: MINUTE, _expire: Date.now() + MINUTE }, MINUTE);
      wait(MINUTE);
      expect(await store.get(key)).toBeUndefined();
    });

    test('a changed lifetime in the settings applies to a session from its next renewal on', async () => {
      const before = world.open({ ttl: HOUR });
      const end = Date.now() + HOUR;
      const key = await newSession(before, { views: 1, _maxAge: HOUR, _expire: end }, HOUR);
      const own = await newSession(before, { views: 1, _maxAge: MINUTE, _expire: end }, HOUR);
      const store = world.open({ ttl: 3 * HOUR });
      expect(await store.get(key)).toEqual({ views: 1, _maxAge: 3 * HOUR, _expire: end });
      expect(await store.get(own)).toEqual({ views: 1, _maxAge: MINUTE, _expire: end });
      wait(TOUCH_AFTER);
      expect(await store.touch(key)).toBe(true);
      const renewed = Date.now() + 3 * HOUR;
      expect(await store.get(key)).toMatchObject({ _maxAge: 3 * HOUR, _expire: end });
      wait(HOUR);
      expect(await store.get(key)).toMatchObject({ _maxAge: 3 * HOUR, _expire: renewed });
    });

    describe('a shorter lifetime in the settings', () => {
      const koaFields = (maxAge: number) => ({ _maxAge: maxAge, _expire: Date.now() + maxAge });
      const openLonger = () => world.open({ ttl: 9 * HOUR });
      const endOf = async () => (await world.onlyDocument()).expiresAt;

      test.each([
        { what: 'with a date', fields: koaFields },
        { what: 'of a browser', fields: () => ({ _session: true }) },
      ])('is that of an unchanged session $what from its next renewal on', async ({ fields }) => {
        const key = await newSession(openLonger(), { views: 1, ...fields(9 * HOUR) }, 9 * HOUR);
        wait(TOUCH_AFTER);
        const cookie = fields(HOUR);
        const { set } = await requestOf(world.open(), key);
        expect(await world.sentBy(() => set({ views: 1, ...cookie }, HOUR))).toHaveLength(1);
        expect(await world.onlyDocument()).toMatchObject({ version: 1, updatedAt: new Date() });
        expect(await endOf()).toEqual(new Date(Date.now() + HOUR));
        expect(await world.open().get(key)).toMatchObject(cookie);
      });

      test('is that of a session that touch(key) renews', async () => {
        const key = await newSession(openLonger(), { views: 1, ...koaFields(9 * HOUR) }, 9 * HOUR);
        wait(TOUCH_AFTER);
        expect(await world.open().touch(key)).toBe(true);
        wait(HOUR + MINUTE);
        expect(await world.open().get(key)).toBeUndefined();
      });

      test('undoes no renewal of a parallel request', async () => {
        const key = await newSession(openLonger(), { views: 1, ...koaFields(9 * HOUR) }, 9 * HOUR);
        const [slow, other] = [await requestOf(world.open(), key), await requestOf(openLonger(), key)];
        wait(TOUCH_AFTER);
        const late = koaFields(HOUR);
        wait(SECOND);
        await other.set({ views: 1, ...koaFields(9 * HOUR) }, 9 * HOUR);
        await slow.set({ views: 1, ...late }, HOUR);
        expect(await endOf()).toEqual(new Date(Date.now() + 9 * HOUR));
      });

      test('takes nothing from a parallel request that has the shorter lifetime, too', async () => {
        const key = await newSession(openLonger(), { views: 1, ...koaFields(9 * HOUR) }, 9 * HOUR);
        const [first, second] = [await requestOf(world.open(), key), await requestOf(world.open(), key)];
        wait(TOUCH_AFTER);
        await first.set({ views: 1, ...koaFields(HOUR) }, HOUR);
        wait(SECOND);
        await second.set({ views: 1, ...koaFields(HOUR) }, HOUR);
        expect(await endOf()).toEqual(new Date(Date.now() + HOUR));
      });

      test('says nothing of a session to which other middleware gave a longer one', async () => {
        const store = world.open();
        const key = await newSession(store, { views: 1 }, 9 * HOUR);
        const end = await endOf();
        wait(TOUCH_AFTER);
        expect(await store.touch(key)).toBe(true);
        expect(await endOf()).toEqual(end);
      });

      test('is not what a server has whose clock is some seconds behind', async () => {
        const key = await newSession(world.open(), { views: 1, ...koaFields(HOUR) });
        const end = await endOf();
        const { set } = await requestOf(world.open({ touchAfter: -DAY }), key);
        wait(-5 * SECOND);
        await set({ views: 1, ...koaFields(HOUR) }, HOUR);
        expect(await endOf()).toEqual(end);
      });
    });

    test('a browser session gets a lifetime of one day with its second commit, which is not stored', async () => {
      const store = world.open();
      const key = newKey();
      const { set } = request(store, key);
      await set({ views: 1, _session: true }, 'session');
      expect(await store.get(key)).toEqual({ views: 1, _session: true });
      const day = { _maxAge: 30 * MINUTE, _expire: Date.now() + 30 * MINUTE };
      await set({ views: 1, ...day }, 30 * MINUTE);
      expect(await store.get(key)).toEqual({ views: 1, ...day });
      expect(await lifetimeOf()).toBe(30 * MINUTE);
    });
  });
}

export function absoluteLifetime(world: World): void {
  describe('absolute lifetime', () => {
    test('neither touch nor change extends it', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 0 }, HOUR);
      const { createdAt } = await world.onlyDocument();
      for (const views of [1, 1, 2, 3, 4, 4, 5, 6, 7, 8]) {
        wait(58 * MINUTE);
        await (await requestOf(store, key)).set({ views }, HOUR);
      }
      const document = await world.onlyDocument();
      expect(document.createdAt).toEqual(createdAt);
      expect(document.expiresAt).toEqual(new Date(createdAt.getTime() + ABSOLUTE_TTL));
      wait(20 * MINUTE);
      expect(await store.get(key)).toBeUndefined();
    });

    test('it also applies to a session that is written without a ctx', async () => {
      const store = world.open();
      const key = newKey();
      await store.set(key, { views: 1 }, 2 * ABSOLUTE_TTL);
      wait(ABSOLUTE_TTL - MINUTE);
      await store.set(key, { views: 2 }, HOUR);
      wait(MINUTE);
      expect(await store.get(key)).toBeUndefined();
    });

    test('it ends a session that was stored with a longer one', async () => {
      const key = await newSession(world.open({ absoluteTtl: 30 * DAY }), { views: 1 }, 30 * DAY);
      wait(DAY);
      expect(await world.open({ absoluteTtl: 30 * DAY }).get(key)).toEqual({ views: 1 });
      expect(await world.open({ absoluteTtl: DAY }).get(key)).toBeUndefined();
      expect(await world.open({ absoluteTtl: DAY }).load(key)).toBeUndefined();
    });

    test.each([
      { end: 'its absolute end', after: ABSOLUTE_TTL },
      { end: 'its idle end', after: ABSOLUTE_TTL - MINUTE },
    ])('a key that is used again after $end begins a new session', async ({ after }) => {
      const store = world.open();
      const key = newKey();
      await store.set(key, { views: 1 }, HOUR);
      wait(after);
      expect(await store.get(key)).toBeUndefined();
      await store.set(key, { views: 2 }, HOUR);
      wait(2 * MINUTE);
      expect(await store.get(key)).toEqual({ views: 2 });
    });
  });
}

export function touchAfter(world: World): void {
  describe('touch-after', () => {
    const cookie = (maxAge: number) => ({ _maxAge: maxAge, _expire: Date.now() + maxAge });

    test('an unchanged session is not written before touchAfter', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1, ...cookie(HOUR) });
      wait(TOUCH_AFTER - SECOND);
      const early = await requestOf(store, key);
      expect(await world.sentBy(() => early.set({ views: 1, ...cookie(HOUR) }))).toEqual([]);
      wait(SECOND);
      const due = await requestOf(store, key);
      expect(await world.sentBy(() => due.set({ views: 1, ...cookie(HOUR) }))).toHaveLength(1);
    });

    test('a session with a shorter lifetime is written in the second half of it', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1, ...cookie(40 * SECOND) }, 40 * SECOND);
      for (const _ of [1, 2, 3]) {
        wait(30 * SECOND);
        const { set } = await requestOf(store, key);
        await set({ views: 1, ...cookie(40 * SECOND) }, 40 * SECOND);
      }
      expect(await store.get(key)).toMatchObject({ views: 1 });
    });

    test('a change is written immediately', async () => {
      const store = world.open();
      const key = await newSession(store, { views: 1 });
      await (await requestOf(store, key)).set({ views: 2 });
      expect(await store.get(key)).toEqual({ views: 2 });
    });

    test.each([
      { what: 'longer', next: () => cookie(2 * HOUR) },
      { what: 'that of the browser', next: () => ({ _session: true }) },
    ])('a lifetime that becomes $what is written immediately', async ({ next }) => {
      const store = world.open();
      const key = await newSession(store, { views: 1, ...cookie(HOUR) });
      const fields = next();
      await (await requestOf(store, key)).set({ views: 1, ...fields }, 2 * HOUR);
      expect((await world.onlyDocument()).cookie).toEqual(fields);
    });
  });
}
