import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { newKey, newSession, requestOf, type World } from '../world.ts';

export function secrecy(world: World): void {
  const { encrypt } = world.settings;

  describe('secrecy', () => {
    test('a store shows no secret, in any way of inspecting it', async () => {
      const store = world.open();
      const key = await newSession(store, { marker: 'marker' });
      await requestOf(store, key);
      const shown = [
        inspect(store, { depth: null, showHidden: true, getters: true }),
        JSON.stringify(store),
        JSON.stringify({ store }),
        String(store),
        ...Object.getOwnPropertyNames(store),
      ].join('\n');
      const secrets = [
        key,
        'marker',
        'mongodb://',
        ...(encrypt ? world.encryptionKeys.map((k) => inspect(k)) : []),
      ];
      for (const secret of secrets) expect(shown).not.toContain(secret);
      expect(JSON.stringify(store)).toBe('{}');
    });

    test('an error of the server is reported only with its code', async () => {
      const { Sessions } = world.modules.sessions;
      const server = Object.assign(new Error('E11000 dup key: { data: "marker" }'), {
        code: 121,
        codeName: 'Refused',
      });
      const connection = { collection: () => Promise.reject(server), close: async () => {} };
      const store = new Sessions(connection, world.options);
      const error = await store.set(newKey(), {}).catch((failure) => failure);
      expect(error).toMatchObject({
        code: '121',
        message: 'Session set failed: MongoDB answered Refused (code 121)',
      });
      expect(inspect(error, { depth: null })).not.toContain('marker');
    });
  });
}
