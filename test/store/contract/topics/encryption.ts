import { randomBytes } from 'node:crypto';
import { Binary } from 'mongodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  failureOf,
  listOf,
  MINUTE,
  newKey,
  newSession,
  requestOf,
  SECOND,
  USER_KEY,
  type World,
  wait,
} from '../world.ts';

export function plainText(world: World): void {
  describe('without encryption', () => {
    test('the payload is JSON text', async () => {
      await newSession(world.open(), { secret: 'plain to see' });
      expect((await world.onlyDocument()).data).toBe('{"secret":"plain to see"}');
    });

    // Under `overwrite`, the last write wins in any case.
    test.skipIf(world.settings.onConcurrentWrite === 'overwrite')(
      'a session that another process has encrypted meanwhile does not change',
      async () => {
        const store = world.open();
        const slow = await requestOf(store, await newSession(store, { [USER_KEY]: 'ann' }));
        const encrypted = { data: new Binary(randomBytes(64)), version: 2 };
        await world.documents.updateOne({}, { $set: encrypted });
        await slow.set({ [USER_KEY]: 'ann', seen: 1 });
        expect(await world.onlyDocument()).toMatchObject(encrypted);
      },
    );
  });
}

export function encryption(world: World): void {
  describe('encryption', () => {
    const dataOf = async () => {
      const { data } = await world.onlyDocument();
      if (data instanceof Binary) return Buffer.from(data.buffer);
      throw new Error('The data are no bytes.');
    };

    test('the payload cannot be read in the database', async () => {
      const store = world.open();
      const key = await newSession(store, { secret: 'marker-of-the-payload' });
      const stored = JSON.stringify(await world.onlyDocument()) + (await dataOf()).toString('latin1');
      expect(stored).not.toContain('marker');
      expect(stored).not.toContain('secret');
      expect(await store.get(key)).toEqual({ secret: 'marker-of-the-payload' });
    });

    test('each write uses a new IV, so the same payload is never encrypted to the same bytes', async () => {
      const store = world.open();
      for (const payload of [{ a: 1 }, { a: 1 }, { a: 1 }]) await newSession(store, payload);
      const stored = await world.documents.find().toArray();
      const records = stored.map(({ data }) => Buffer.from((data as Binary).buffer));
      const ivs = records.map((record) => record.toString('hex', 4, 16));
      const ciphertexts = records.map((record) => record.toString('hex', 32));
      expect([new Set(ivs).size, new Set(ciphertexts).size]).toEqual([3, 3]);
    });

    test('a ciphertext is not accepted in another document', async () => {
      const store = world.open();
      const victim = await newSession(store, { role: 'user' });
      const admin = await newSession(store, { role: 'admin' });
      const { hashKey } = world.modules.store;
      const from = await world.documents.findOne({ _id: hashKey(admin) });
      await world.documents.updateOne({ _id: hashKey(victim) }, { $set: { data: from?.data ?? '' } });
      expect(await store.get(victim)).toBeUndefined();
      expect(await store.get(admin)).toEqual({ role: 'admin' });
    });

    test('a payload beside the encrypted one is ignored', async () => {
      const store = world.open();
      const key = await newSession(store, { role: 'user' });
      const planted = { text: '{"role":"admin"}', payload: { role: 'admin' }, outdated: true };
      await world.documents.updateOne({}, { $set: planted });
      expect(await store.get(key)).toEqual({ role: 'user' });
    });

    test.each([
      { part: 'the IV', at: 4 },
      { part: 'the tag', at: 16 },
      { part: 'the ciphertext', at: 32 },
    ])('a session with a flipped bit in $part is not found', async ({ at }) => {
      const store = world.open();
      const key = await newSession(store, { role: 'user' });
      const data = await dataOf();
      data.writeUInt8(data.readUInt8(at) ^ 1, at);
      await world.documents.updateOne({}, { $set: { data: new Binary(data) } });
      expect(await store.get(key)).toBeUndefined();
    });

    test('a payload in plain text is not accepted as a session', async () => {
      const store = world.open();
      const key = await newSession(store, { role: 'user' });
      await world.documents.updateOne({}, { $set: { data: '{"role":"admin"}' } });
      expect(await store.get(key)).toBeUndefined();
    });

    test('the first key encrypts, and every key of the ring decrypts', async () => {
      const [old, next] = [randomBytes(32), randomBytes(32)];
      const key = await newSession(world.open({ encryptionKeys: [old] }), { a: 1 });
      expect(await world.open({ encryptionKeys: [next, old] }).get(key)).toEqual({ a: 1 });
      const added = await newSession(world.open({ encryptionKeys: [next, old] }), { a: 2 });
      expect(await world.open({ encryptionKeys: [next] }).get(added)).toEqual({ a: 2 });
    });

    test.each([
      { write: 'a touch', payload: { a: 1 } },
      { write: 'a change', payload: { a: 2 } },
    ])('after a key rotation, $write encrypts with the new key', async ({ payload }) => {
      const [old, next] = [randomBytes(32), randomBytes(32)];
      const key = await newSession(world.open({ encryptionKeys: [old] }), { a: 1 });
      const rotated = world.open({ encryptionKeys: [next, old] });
      await (await requestOf(rotated, key)).set(payload);
      expect(await world.open({ encryptionKeys: [next] }).get(key)).toEqual(payload);
    });

    test('re-encryption does not undo a change of another request', async () => {
      const [old, next] = [randomBytes(32), randomBytes(32)];
      const key = await newSession(world.open({ encryptionKeys: [old] }), { a: 1, b: 1 });
      const rotated = world.open({ encryptionKeys: [next, old] });
      const [first, second] = [await requestOf(rotated, key), await requestOf(rotated, key)];
      await first.set({ a: 2, b: 1 });
      await second.set({ a: 1, b: 1 });
      expect(await world.open({ encryptionKeys: [next] }).get(key)).toEqual({ a: 2, b: 1 });
    });

    test('re-encryption is no change with which that of another request could conflict', async () => {
      const [old, next] = [randomBytes(32), randomBytes(32)];
      const key = await newSession(world.open({ encryptionKeys: [old] }), { a: 1 });
      const rotated = world.open({ encryptionKeys: [next, old] });
      const [idle, other] = [await requestOf(rotated, key), await requestOf(rotated, key)];
      await idle.set({ a: 1 });
      await other.set({ a: 2 });
      expect(await world.open({ encryptionKeys: [next] }).get(key)).toEqual({ a: 2 });
      expect((await world.onlyDocument()).version).toBe(2);
    });

    test('re-encryption that arrives late does not undo a renewal of another request', async () => {
      const key = await newSession(world.open(), { a: 1 });
      const connection = world.modules.connection.connect(world.source);
      onTestFinished(() => connection.close());
      const collection = await connection.collection();
      const encryptionKeys: World['encryptionKeys'] = [randomBytes(32), ...world.encryptionKeys];
      const options = { ...world.options, encryptionKeys };
      const late = await requestOf(new world.modules.sessions.Sessions(connection, options), key);
      let renewed: object = {};
      vi.spyOn(collection, 'updateOne').mockImplementationOnce(async (...call) => {
        wait(30 * MINUTE);
        await (await requestOf(world.open(), key)).set({ a: 1 });
        const { expiresAt, updatedAt, cookie } = await world.onlyDocument();
        renewed = { expiresAt, updatedAt, cookie };
        return collection.updateOne(...call);
      });
      await late.set({ a: 1 });
      expect(await world.onlyDocument()).toMatchObject(renewed);
    });

    test('a session that was encrypted with an unknown key is an error: a lost key logs nobody out', async () => {
      const key = await newSession(world.open(), { a: 1, [USER_KEY]: 'ann' });
      const store = world.open({ encryptionKeys: [randomBytes(32)] });
      for (const work of [() => store.get(key), () => store.load(key)]) {
        expect(await failureOf(work())).toMatchObject({
          code: 'UNKNOWN_ENCRYPTION_KEY',
          message: expect.stringContaining('Put it back after the others'),
        });
      }
      await store.destroy(key);
      expect(await store.count()).toBe(0);
    });

    test('sessions whose key is lost are left out of lists, and can be ended without the others', async () => {
      const lost = await newSession(world.open(), { [USER_KEY]: 'ann', is: 'lost' });
      const store = world.open({ encryptionKeys: [randomBytes(32)] });
      const kept = await newSession(store, { [USER_KEY]: 'ann', is: 'kept' });
      expect((await listOf(store)).map(({ payload }) => payload.is)).toEqual(['kept']);
      if (world.settings.userKey) {
        expect((await store.listByUser('ann')).map(({ payload }) => payload.is)).toEqual(['kept']);
      }
      await store.clearUnreadable();
      expect(await store.get(lost)).toBeUndefined();
      expect(await store.get(kept)).toMatchObject({ is: 'kept' });
    });

    test('a session that another process encrypts anew is not ended with those whose key is lost', async () => {
      const key = await newSession(world.open(), { is: 'read' });
      const next = randomBytes(32);
      const other = world.open({ encryptionKeys: [next, ...world.encryptionKeys] });
      const idle = await requestOf(other, key);
      const connection = world.modules.connection.connect(world.source);
      onTestFinished(() => connection.close());
      const collection = await connection.collection();
      vi.spyOn(collection, 'deleteMany').mockImplementationOnce(async (...call) => {
        wait(SECOND);
        await idle.set({ is: 'read' });
        return collection.deleteMany(...call);
      });
      const store = new world.modules.sessions.Sessions(connection, {
        ...world.options,
        encryptionKeys: [next],
      });
      await store.clearUnreadable();
      expect(await store.get(key)).toEqual({ is: 'read' });
    });

    test.skipIf(!world.settings.userKey)(
      'a session whose key is lost ends with all sessions of its user',
      async () => {
        await newSession(world.open(), { [USER_KEY]: 'ann' });
        const store = world.open({ encryptionKeys: [randomBytes(32)] });
        await store.destroyByUser('ann');
        expect(await world.documents.countDocuments()).toBe(0);
      },
    );

    test('the record reveals nothing about the encryption key', async () => {
      await newSession(world.open(), { a: 1 }, newKey());
      const data = (await dataOf()).toString('hex');
      const [encryptionKey] = world.encryptionKeys;
      expect(data).not.toContain(encryptionKey.toString('hex').slice(0, 8));
    });
  });
}
