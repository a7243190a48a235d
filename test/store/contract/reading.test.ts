import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { FEATURES, loadGenerated, PLAIN, STYLES } from '../../support/generated.ts';
import { type OwnServer, startServer, useDatabase, withDatabase } from '../../support/mongo/index.ts';
import { withOption } from '../../support/mongo/urls.ts';
import { takeCommands } from '../../support/monitored/log.ts';
import { MongoClient } from '../../support/monitored/mongodb.ts';
import { PACKAGES } from './harness.ts';
import { openSource } from './world.ts';

const database = useDatabase();
let replicaSet: OwnServer;
beforeAll(async () => {
  replicaSet = await startServer({ replicaSet: true });
});
afterAll(() => replicaSet.stop());

/** With it, the connection module names the collection itself at each call. */
const ADOPT = { adopt: { store: 'koa-session-mongoose', collection: 'old' } } as const;

/** The style host is left out: it takes no options of an app. */
test.each([
  { style: 'url', variants: [FEATURES.plain, ADOPT] },
  { style: 'db', variants: [...Object.values(FEATURES), ADOPT] },
  { style: 'mongoose', variants: [FEATURES.plain, ADOPT] },
] as const)(
  'a session is read from the primary, with any read preference of the connection ($style)',
  async ({ style, variants }) => {
    const url = withOption(withDatabase(replicaSet.url, 'app'), 'readPreference', 'secondaryPreferred');
    const source = await openSource(style, url, PACKAGES.newest);
    onTestFinished(() => void source.close());
    const options = { ttl: 60_000, userKey: 'userId', encryptionKeys: [randomBytes(32)] as [Buffer] };
    for (const features of variants) {
      const settings = { ...PLAIN, ...features, connection: STYLES[style] };
      const { connection, sessions: module } = await loadGenerated(settings, PACKAGES.newest);
      const sessions = new module.Sessions(connection.connect(source.value), options);
      takeCommands();
      await sessions.get('key');
      await sessions.load('key');
      await sessions.listByUser?.('ann');
      const sent = takeCommands();
      expect(sent.length).toBeGreaterThanOrEqual(2);
      expect(sent.map(({ command }) => Object(command.$readPreference).mode ?? 'primary')).toEqual(
        sent.map(() => 'primary'),
      );
      await sessions.close();
    }
  },
);

test.each([
  { bson: { promoteValues: false }, features: {}, more: {} },
  { bson: { raw: true }, features: {}, more: {} },
  {
    bson: { promoteValues: false },
    features: FEATURES.encrypt,
    more: { encryptionKeys: [randomBytes(32)] as [Buffer] },
  },
])(
  'a session is read as plain values, also with $bson in the connection ($features)',
  async ({ bson, features, more }) => {
    const { url } = database;
    const client = new MongoClient(url, bson);
    onTestFinished(() => client.close());
    const { connection, sessions: module } = await loadGenerated({
      ...PLAIN,
      ...features,
      connection: STYLES.db,
    });
    const sessions = new module.Sessions(connection.connect(client.db()), { ttl: 60_000, ...more });
    await sessions.set('key', { views: 1 });
    expect(await sessions.get('key')).toEqual({ views: 1 });
    await sessions.destroy('key');
  },
);
