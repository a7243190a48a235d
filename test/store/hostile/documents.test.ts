import { randomBytes } from 'node:crypto';
import { Binary, Code, Decimal128, Double, Long, MaxKey, ObjectId, type UpdateFilter } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { sample } from '../../support/sampling.ts';
import { type Feature, type Site, type Stored, TTL, useSites } from './site.ts';

const openSite = useSites();

const ANN = 'the-key-of-ann';
const BOB = 'the-key-of-bob';
const gone = Symbol('the field is missing');

/** Damaged values for any field. */
const anything: unknown[] = [
  gone,
  null,
  true,
  5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'text',
  '2099-01-01T00:00:00.000Z',
  [],
  [new Date()],
  {},
  { $gt: '' },
  { toString: 'no function', valueOf: 1 },
  Long.MAX_VALUE,
  new Double(1.5),
  Decimal128.fromString('1'),
  new Binary(Buffer.from('{"secret":1}')),
  new ObjectId(),
  new Code('1'),
  new MaxKey(),
  /./,
];

const texts = [
  'not JSON',
  'null',
  '5',
  '"text"',
  '[]',
  '[{"secret":1}]',
  '{',
  '{"a":1}{',
  'undefined',
  '\u0000',
];

const damage: [string, unknown][] = [
  ...['data', 'cookie', 'expiresAt', 'createdAt', 'updatedAt', 'version', 'user'].flatMap((field) =>
    anything.map((value): [string, unknown] => [field, value]),
  ),
  ...texts.map((value): [string, unknown] => ['data', value]),
  ...['_expire', '_maxAge', '_session'].flatMap((field) =>
    [...anything, -1, 1e300, 0].map((value): [string, unknown] => [`cookie.${field}`, value]),
  ),
  ['expiresAt', new Date(0)],
  ['expiresAt', new Date(8.64e15)],
  ['version', -5],
];

const USERS = { ann: { userId: 'ann', secret: 'of ann' }, bob: { userId: 'bob', secret: 'of bob' } };

/** Two sessions, written by requests. */
async function withTwoSessions(
  feature: Feature,
  keys?: [Buffer, ...Buffer[]],
): Promise<Site & { id: string; other: Stored }> {
  const site = await openSite(feature, keys && { encryptionKeys: keys });
  const { store, modules, documents } = site;
  const cookie = { _expire: Date.now() + TTL, _maxAge: TTL };
  await store.set(ANN, { ...USERS.ann, ...cookie }, TTL);
  await store.set(BOB, { ...USERS.bob, ...cookie }, TTL);
  const other = await documents.findOne({ _id: modules.store.hashKey(BOB) });
  if (!other) throw new Error('Bob has no session.');
  return { ...site, id: modules.store.hashKey(ANN), other };
}

/** With any damage to Ann's document, she gets her session, none, or an error; Bob gets his own. */
async function expectNoHarm({ request, store }: Site): Promise<void> {
  const seen = await request(ANN);
  if (seen.status === 500) expect(seen.error?.name).toBe('SessionStoreError');
  else expect([USERS.ann, {}]).toContainEqual(seen.session);

  const changed = await request(ANN, (ctx) => void Object.assign(ctx.session, { views: 1 }));
  if (changed.status === 500) expect(changed.error?.name).toBe('SessionStoreError');
  else expect([{ ...USERS.ann, views: 1 }, { views: 1 }]).toContainEqual(changed.session);

  for (const operation of [store.load(ANN), store.listByUser?.('ann'), store.count()]) {
    await operation?.catch((error) => expect(error.name).toBe('SessionStoreError'));
  }
  expect((await request(BOB)).session).toEqual(USERS.bob);
  await store.destroy(ANN);
  expect(await request(ANN)).toMatchObject({ status: 204, session: {} });
}

const label = (value: unknown) =>
  value === gone ? 'missing' : `${typeof value} ${JSON.stringify(value) ?? String(value)}`;

const SAMPLED_DAMAGE = 15;

describe.each<Feature>(['plain', 'all'])('%s: a document whose', (feature) => {
  const sampled = sample(damage, SAMPLED_DAMAGE, ([field]) => field);
  test.each(sampled.map(([field, value]) => ({ field, value, is: label(value) })))(
    '$field is $is gives the session of its owner, none, or an error',
    async ({ field, value }) => {
      const site = await withTwoSessions(feature);
      const update = value === gone ? { $unset: { [field]: '' } } : { $set: { [field]: value } };
      await site.documents.updateOne({ _id: site.id }, update as UpdateFilter<Stored>);
      await expectNoHarm(site);
    },
  );
});

const SAMPLED_BYTES = 10;
const KEY_ID_BYTES = 4;

describe('a ciphertext that', () => {
  const keys: [Buffer] = [randomBytes(32)];
  const bytesOf = ({ data }: Stored) => Buffer.from((data as Binary).buffer);

  test('was truncated anywhere gives no session', async () => {
    const site = await withTwoSessions('encrypt', keys);
    const document = await site.documents.findOne({ _id: site.id });
    const bytes = bytesOf(document as Stored);
    for (const length of sample([...bytes.keys()], SAMPLED_BYTES)) {
      await site.documents.updateOne({ _id: site.id }, { $set: { data: bytes.subarray(0, length) } });
      expect(await site.request(ANN)).toMatchObject({ status: 204, session: {} });
    }
    await expectNoHarm(site);
  });

  test('has one wrong bit gives no session, or the error for a missing encryption key', async () => {
    const site = await withTwoSessions('encrypt', keys);
    const document = await site.documents.findOne({ _id: site.id });
    const bytes = bytesOf(document as Stored);
    for (const at of sample([...bytes.keys()], SAMPLED_BYTES, (index) => index < KEY_ID_BYTES)) {
      const wrong = Buffer.from(bytes);
      wrong.writeUInt8(wrong.readUInt8(at) ^ 1, at);
      await site.documents.updateOne({ _id: site.id }, { $set: { data: wrong } });
      const isKeyId = at < KEY_ID_BYTES;
      expect(await site.request(ANN)).toMatchObject(
        isKeyId
          ? { status: 500, error: { name: 'SessionStoreError', code: 'UNKNOWN_ENCRYPTION_KEY' } }
          : { status: 204, session: {} },
      );
    }
    await expectNoHarm(site);
  });

  test('belongs to another user gives no session', async () => {
    const site = await withTwoSessions('encrypt', keys);
    await site.documents.updateOne({ _id: site.id }, { $set: { data: site.other.data } });
    expect(await site.request(ANN)).toMatchObject({ status: 204, session: {} });
    await expectNoHarm(site);
  });

  test('was copied with all the fields of another document gives no session', async () => {
    const site = await withTwoSessions('all', keys);
    const { _id, ...fields } = site.other;
    await site.documents.updateOne({ _id: site.id }, { $set: fields });
    expect(await site.request(ANN)).toMatchObject({ status: 204, session: {} });
  });
});
