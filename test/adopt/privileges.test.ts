import Koa from 'koa';
import { expect, test } from 'vitest';
import { loadGenerated } from '../support/generated.ts';
import { createGuideRole } from '../support/guide-role.ts';
import { useLockedServer } from '../support/mongo/index.ts';
import { LAYOUTS } from './left-behind.ts';
import { settingsFor } from './new-app.ts';
import { OLD_KEYS } from './old-apps.ts';

const { running, clientOf } = useLockedServer();

test.each(LAYOUTS)(
  'the role in the guide is enough to take over and end sessions of $settings.adopt.store',
  async ({ settings, key, document, index, expireAfterSeconds }) => {
    const name = `role_${String(settings.adopt?.store).replace(/\W/g, '_')}`;
    await running.root
      .db(name)
      .collection('koa_sessions')
      .createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    const old = running.root.db(name).collection('sessions');
    await old.createIndex(index, { expireAfterSeconds });
    await old.insertMany(['a', 'b'].map((each) => document(each, { userId: each }, new Date())));

    // The stand-in has no roles of its own.
    const role = running.server.kind === 'stand-in' ? 'readWrite' : 'sessions';
    if (role === 'sessions') await createGuideRole(running.root.db(name), settingsFor(settings));
    const roles = [{ role, db: name }];
    const client = await clientOf(name, roles, name);

    const { index: module } = await loadGenerated(settingsFor(settings));
    process.env.APP_KEYS = OLD_KEYS.join();
    const store = module.sessions(new Koa(), client.db());
    await store.ready();
    expect(await store.get(key('a'))).toMatchObject({ userId: 'a' });
    expect(await store.count()).toBe(1);
    await store.destroy(key('a'));
    expect(await old.countDocuments()).toBe(1);
    await store.clear();
    expect(await store.get(key('b'))).toBeUndefined();
  },
);
