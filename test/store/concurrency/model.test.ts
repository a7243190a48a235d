import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { ALL_OPTIONS, FEATURES, type GeneratedStore, loadGenerated, PLAIN } from '../../support/generated.ts';
import { useDatabase } from '../../support/mongo/index.ts';
import { fc, runs } from '../../support/sampling.ts';

process.env.MONGODB_URL = useDatabase().url;

const CLIENTS = 3;
const TTL = ALL_OPTIONS.ttl;

/** A payload: property → JSON text. */
type Payload = Map<string, string>;

/** A request in progress. */
interface ClientModel {
  key: string;
  /** The contents of its `ctx.session`. */
  mine: Payload;
  /** The state that the store has loaded for it; undefined while the session is new. */
  base: { payload: Payload; version: number } | undefined;
}

interface Model {
  sessions: Map<string, { payload: Payload; version: number }>;
  /** All keys that were ever used. */
  keys: string[];
  clients: (ClientModel | undefined)[];
}

interface Real {
  store: GeneratedStore;
  ctxs: object[];
}

type Command = fc.AsyncCommand<Model, Real>;
type Settle = (model: Model, client: ClientModel) => 'saved' | 'CONCURRENT_WRITE';

const toObject = (payload: Payload) =>
  Object.fromEntries([...payload].map(([name, text]) => [name, JSON.parse(text)]));
const toPayload = (object: object): Payload =>
  new Map(
    Object.entries(object)
      .filter(([name]) => name !== '_expire' && name !== '_maxAge')
      .map(([name, value]) => [name, JSON.stringify(value)]),
  );
const isSame = (one: Payload, other: Payload) => JSON.stringify([...one]) === JSON.stringify([...other]);

const newKey = (model: Model): string => {
  const key = randomBytes(16).toString('hex');
  model.keys.push(key);
  return key;
};

const clientAt = ({ clients }: Model, at: number): ClientModel => {
  const client = clients[at];
  if (!client) throw new Error(`No request is under way at ${at}.`);
  return client;
};

/** The result of writing a changed session, which another request may have changed or ended meanwhile, by policy. */
const policies: Record<'merge' | 'overwrite' | 'throw', Settle> = {
  merge({ sessions }, { key, mine, base }) {
    const theirs = sessions.get(key);
    if (!theirs || !base) return 'saved';
    const payload = new Map(theirs.payload);
    for (const name of new Set([...base.payload.keys(), ...mine.keys()])) {
      const value = mine.get(name);
      if (base.payload.get(name) === value) continue;
      if (value === undefined) payload.delete(name);
      else payload.set(name, value);
    }
    sessions.set(key, { payload, version: theirs.version + 1 });
    return 'saved';
  },
  overwrite({ sessions }, { key, mine }) {
    const theirs = sessions.get(key);
    if (theirs) sessions.set(key, { payload: new Map(mine), version: theirs.version + 1 });
    return 'saved';
  },
  throw({ sessions }, { key, mine, base }) {
    const theirs = sessions.get(key);
    if (!theirs || !base) return 'saved';
    if (theirs.version !== base.version) return 'CONCURRENT_WRITE';
    sessions.set(key, { payload: new Map(mine), version: theirs.version + 1 });
    return 'saved';
  },
};

function commandsFor(settle: Settle): fc.Arbitrary<Iterable<Command>> {
  /** The expected result of `store.set`; updates the model. */
  function expectSet(model: Model, client: ClientModel): 'saved' | 'CONCURRENT_WRITE' {
    const { key, mine, base } = client;
    if (base && isSame(base.payload, mine)) return 'saved';
    const isNew = !base;
    if (isNew) model.sessions.set(key, { payload: new Map(mine), version: 1 });
    const existed = model.sessions.has(key);
    const outcome = isNew ? 'saved' : settle(model, client);
    const version = model.sessions.get(key)?.version ?? 0;
    if (outcome === 'saved' && existed) client.base = { payload: new Map(mine), version };
    return outcome;
  }

  async function set(model: Model, { store, ctxs }: Real, at: number): Promise<void> {
    const client = clientAt(model, at);
    const { key } = client;
    const session = { ...toObject(client.mine), _expire: Date.now() + TTL, _maxAge: TTL };
    const expected = expectSet(model, client);
    const outcome = await store.set(key, session, TTL, { ctx: ctxs[at] as object }).then(
      () => 'saved',
      ({ code }) => code,
    );
    expect(outcome).toBe(expected);
  }

  async function expectStored(model: Model, { store }: Real, key: string): Promise<void> {
    const found = await store.load(key);
    const expected = model.sessions.get(key);
    expect(found && toPayload(found)).toEqual(expected?.payload);
  }

  const isUnderWay = (at: number) => (model: Readonly<Model>) => model.clients[at] !== undefined;

  const begin = (at: number, which: number): Command => ({
    check: () => true,
    async run(model, real) {
      const ctx = {};
      real.ctxs[at] = ctx;
      // Mostly one of a few existing sessions, since requests on different sessions test nothing.
      const key = [...model.sessions.keys()].at(-1 - which) ?? model.keys[which] ?? newKey(model);
      const found = await real.store.get(key, TTL, { ctx });
      const stored = model.sessions.get(key);
      expect(found && toPayload(found)).toEqual(stored?.payload);
      // Like koa-session: a key without a session is not used any more.
      model.clients[at] = stored
        ? { key, mine: new Map(stored.payload), base: { ...stored, payload: new Map(stored.payload) } }
        : { key: newKey(model), mine: new Map(), base: undefined };
    },
    toString: () => `begin(${at}, key ${which})`,
  });

  const change = (at: number, name: string, value: unknown): Command => ({
    check: isUnderWay(at),
    async run(model, real) {
      const client = clientAt(model, at);
      if (value === undefined) client.mine.delete(name);
      else client.mine.set(name, JSON.stringify(value));
      await set(model, real, at);
      await expectStored(model, real, client.key);
    },
    toString: () => `change(${at}, ${name} = ${JSON.stringify(value)})`,
  });

  const touch = (at: number): Command => ({
    check: (model) => model.clients[at]?.base !== undefined,
    async run(model, real) {
      await set(model, real, at);
      await expectStored(model, real, clientAt(model, at).key);
    },
    toString: () => `touch(${at})`,
  });

  const destroy = (at: number): Command => ({
    check: isUnderWay(at),
    async run(model, real) {
      const { key } = clientAt(model, at);
      await real.store.destroy(key);
      model.sessions.delete(key);
      model.clients[at] = undefined;
      await expectStored(model, real, key);
    },
    toString: () => `destroy(${at})`,
  });

  const regenerate = (at: number): Command => ({
    check: isUnderWay(at),
    async run(model, real) {
      const client = clientAt(model, at);
      const old = client.key;
      await real.store.destroy(old);
      model.sessions.delete(old);
      client.key = newKey(model);
      client.base = undefined;
      await set(model, real, at);
      await expectStored(model, real, old);
      await expectStored(model, real, client.key);
    },
    toString: () => `regenerate(${at})`,
  });

  const at = fc.nat(CLIENTS - 1);
  const name = fc.constantFrom('views', 'constructor', '$where', 'a.b');
  const value = fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined });
  const begins = fc.tuple(at, fc.nat(1)).map((args) => begin(...args));
  const changes = fc.tuple(at, name, value).map((args) => change(...args));
  const ends = fc.oneof(at.map(destroy), at.map(regenerate));
  return fc.commands([begins, begins, changes, changes, changes, at.map(touch), ends], {
    maxCommands: 60,
    size: '+1',
  });
}

async function openStore(features: object): Promise<GeneratedStore> {
  const { connection, sessions: module } = await loadGenerated({ ...PLAIN, ...features });
  const opened = new module.Sessions(connection.connect(), ALL_OPTIONS);
  afterAll(() => opened.close());
  return opened;
}

describe('requests that overlap in any way read and write the same as in a simple map of sessions', () => {
  test.each([
    ['plain', FEATURES.plain, policies.merge],
    ['all', FEATURES.all, policies.merge],
    ['overwrite', FEATURES.overwrite, policies.overwrite],
    ['throw', FEATURES.throw, policies.throw],
  ] as const)('%s', async (_name, features, settle) => {
    const store = await openStore(features);
    await fc.assert(
      fc.asyncProperty(commandsFor(settle), async (commands) => {
        const setUp = () => ({
          model: { sessions: new Map(), keys: [], clients: Array(CLIENTS).fill(undefined) } as Model,
          real: { store, ctxs: [] } as Real,
        });
        await fc.asyncModelRun(setUp, commands);
      }),
      { numRuns: runs(100) },
    );
  });
});
