import { describe, expect, test } from 'vitest';
import { MINUTE, newSession, type Payload, requestOf, type World, wait } from '../world.ts';

/** Two requests that load the same session, and write one after the other. */
async function twoRequests(world: World, before: Payload) {
  const store = world.open();
  const key = await newSession(store, before);
  const [first, second] = [await requestOf(store, key), await requestOf(store, key)];
  return { store, key, first, second };
}

export function merging(world: World): void {
  describe('merge', () => {
    test.each<{ what: string; before: Payload; first: Payload; second: Payload; after: Payload }>([
      {
        what: 'different properties are both kept',
        before: { a: 1, b: 1 },
        first: { a: 2, b: 1 },
        second: { a: 1, b: 2 },
        after: { a: 2, b: 2 },
      },
      {
        what: 'new properties are both kept',
        before: {},
        first: { a: 1 },
        second: { b: 1 },
        after: { a: 1, b: 1 },
      },
      {
        what: 'a removed property stays removed',
        before: { user: 'u', a: 1 },
        first: { a: 1 },
        second: { user: 'u', a: 2 },
        after: { a: 2 },
      },
      {
        what: 'a property can be removed together with another change',
        before: { user: 'u', a: 1 },
        first: { user: 'u', a: 2 },
        second: { a: 1 },
        after: { a: 2 },
      },
      {
        what: 'names of inherited properties are properties like any other',
        before: { constructor: 1, toString: 1 },
        first: { constructor: 2, toString: 1 },
        second: { constructor: 1, valueOf: 1 },
        after: { constructor: 2, valueOf: 1 },
      },
    ])('$what', async ({ before, first, second, after }) => {
      const requests = await twoRequests(world, before);
      await requests.first.set(first);
      await requests.second.set(second);
      expect(await requests.store.get(requests.key)).toEqual(after);
      expect((await world.onlyDocument()).version).toBe(3);
    });

    test('the later change of the same property wins', async () => {
      const { store, key, first, second } = await twoRequests(world, { cart: ['a'], other: 1 });
      await first.set({ cart: ['a', 'b'], other: 2 });
      await second.set({ cart: ['a', 'c'], other: 1 });
      expect(await store.get(key)).toEqual({ cart: ['a', 'c'], other: 2 });
    });

    test('an identical change by both is kept once', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1 });
      await first.set({ a: { deep: [1] } });
      await second.set({ a: { deep: [1] } });
      expect(await store.get(key)).toEqual({ a: { deep: [1] } });
    });

    test('a request that continues after a merge does not undo the changes of others', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1, b: 1 });
      await first.set({ a: 2, b: 1 });
      await second.set({ a: 1, b: 2 });
      await second.set({ a: 1, b: 3 });
      expect(await store.get(key)).toEqual({ a: 2, b: 3 });
    });

    test('a request that ends without further changes after a merge reverts nothing', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1, b: 1 });
      await first.set({ a: 2, b: 1 });
      await second.set({ a: 1, b: 2 });
      wait(2 * MINUTE);
      await second.set({ a: 1, b: 2 });
      expect(await store.get(key)).toEqual({ a: 2, b: 2 });
    });

    test('many writers with their own properties lose nothing', async () => {
      const store = world.open();
      const key = await newSession(store);
      const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
      const requests = await Promise.all(names.map(() => requestOf(store, key)));
      await Promise.all(requests.map(({ set }, index) => set({ [names[index] ?? '']: index })));
      expect(Object.keys((await store.get(key)) ?? {}).sort()).toEqual(names.toSorted());
    });
  });
}

export function overwriting(world: World): void {
  describe('overwrite', () => {
    test('the later write replaces the whole session', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1, b: 1 });
      await first.set({ a: 2, b: 1 });
      await second.set({ a: 1, b: 2 });
      expect(await store.get(key)).toEqual({ a: 1, b: 2 });
      expect((await world.onlyDocument()).version).toBe(3);
    });
  });
}

export function throwing(world: World): void {
  describe('throw', () => {
    test('the later write is refused, and the earlier one is kept', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1, b: 1 });
      await first.set({ a: 2, b: 1 });
      await expect(second.set({ a: 1, b: 2 })).rejects.toMatchObject({
        name: 'SessionStoreError',
        code: 'CONCURRENT_WRITE',
      });
      expect(await store.get(key)).toEqual({ a: 2, b: 1 });
    });

    test('a refused write is refused again when it is repeated', async () => {
      const { first, second } = await twoRequests(world, { a: 1 });
      await first.set({ a: 2 });
      await expect(second.set({ a: 3 })).rejects.toMatchObject({ code: 'CONCURRENT_WRITE' });
      await expect(second.set({ a: 3 })).rejects.toMatchObject({ code: 'CONCURRENT_WRITE' });
    });
  });
}

export function conflicts(world: World): void {
  describe('conflicts', () => {
    test('a request that changes nothing does not conflict', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1 });
      await first.set({ a: 2 });
      wait(2 * MINUTE);
      await second.set({ a: 1 });
      expect(await store.get(key)).toEqual({ a: 2 });
    });

    test('a touch in between is not a conflict', async () => {
      const { store, key, first, second } = await twoRequests(world, { a: 1 });
      wait(2 * MINUTE);
      await first.set({ a: 1 });
      await second.set({ a: 2 });
      expect(await store.get(key)).toEqual({ a: 2 });
    });
  });
}
