import { randomBytes } from 'node:crypto';
import Koa from 'koa';
import koaSession from 'koa-session';
import { type Collection, type Db, MongoClient } from 'mongodb';
import { afterAll, onTestFinished } from 'vitest';
import {
  ALL_OPTIONS,
  FEATURES,
  type GeneratedModules,
  type GeneratedStore,
  loadGenerated,
  PLAIN,
  type StoreOptions,
} from '../../support/generated.ts';
import { listen } from '../../support/listen.ts';
import { useDatabase } from '../../support/mongo/index.ts';

export type Feature = keyof typeof FEATURES;

export type Stored = Record<string, unknown> & { _id: string };

export interface Answer {
  status: number;
  /** `ctx.session` at the end of the request. */
  session: Record<string, unknown>;
  /** The error of the request, if it failed. */
  error: (Error & { code?: unknown }) | undefined;
}

/** An app that gets its session key and its behaviour from the test. */
export interface Site {
  readonly modules: GeneratedModules;
  readonly store: GeneratedStore;
  /** The collection, without the store. */
  readonly documents: Collection<Stored>;
  request(key: unknown, act?: (ctx: Koa.Context) => unknown): Promise<Answer>;
}

export const TTL = ALL_OPTIONS.ttl;

type OpenSite = (feature?: Feature, given?: Partial<StoreOptions>) => Promise<Site>;

/**
 * Returns a function that opens a site with an empty collection. Sites share a client, and one after the other a
 * collection: on a real server, a new one takes longer than the test.
 */
export function useSites(): OpenSite {
  const { url } = useDatabase();
  const client = new MongoClient(url);
  afterAll(() => client.close());
  const unused: string[] = [];
  return async (feature = 'plain', given = {}) => {
    const collection = unused.pop() ?? `sessions-${randomBytes(6).toString('hex')}`;
    onTestFinished(async () => {
      await client.db().collection(collection).deleteMany({});
      unused.push(collection);
    });
    return siteOf(client.db(), collection, feature, given);
  };
}

async function siteOf(
  db: Db,
  collection: string,
  feature: Feature,
  given: Partial<StoreOptions>,
): Promise<Site> {
  const modules = await loadGenerated({ ...PLAIN, ...FEATURES[feature] });
  const documents = db.collection<Stored>(collection);
  const options: StoreOptions = { ...ALL_OPTIONS, ...given };
  const store = new modules.sessions.Sessions(
    {
      collection: async () => db.collection(collection, modules.collection.READ) as never,
      close: async () => {},
    },
    options,
  );

  const app = new Koa();
  app.keys = ['a secret of tests'];
  const requests = new Map<string, { key: unknown; act: (ctx: Koa.Context) => unknown; answer: Answer }>();
  const of = (ctx: Koa.Context) => {
    const found = requests.get(ctx.path);
    if (!found) throw new Error(`Nobody asked for ${ctx.path}.`);
    return found;
  };
  app.on('error', (error, ctx) => {
    of(ctx).answer.error = error;
  });
  const externalKey = { get: (ctx: Koa.Context) => of(ctx).key as string, set: () => {} };
  app.use(koaSession({ store, externalKey }, app));
  app.use(async (ctx) => {
    const { act, answer } = of(ctx);
    await act(ctx);
    answer.session = ctx.session?.toJSON() ?? {};
    ctx.status = 204;
  });
  const origin = await listen(app);
  return {
    modules,
    store,
    documents,
    async request(key, act = () => {}) {
      const path = `/${randomBytes(8).toString('hex')}`;
      const answer: Answer = { status: 0, session: {}, error: undefined };
      requests.set(path, { key, act, answer });
      answer.status = (await fetch(`${origin}${path}`)).status;
      return answer;
    },
  };
}
