// create-koa-mongo-session: sessions
import { parsePayload } from './payload.ts';
import { type Loaded, MongoSessionStore } from './store.ts';
import type { SessionDocument, SessionIndex, SessionPayload, StoredSession } from './types.ts';

const BATCH_SIZE = 100;

/** What `sessions(app)` returns: the store of its middleware, and all that an app does beside `ctx.session`. */
export class Sessions extends MongoSessionStore {
  /** For the start of the app: throws when the database cannot be used, warns of what the migration has to do. */
  ready(): Promise<void> {
    return this.run('ready', async (sessions) => {
      const indexes = await sessions.indexes();
      const isIndexed = indexes.some(removesExpired);
      if (!isIndexed) process.emitWarning('Sessions have no TTL index: run `npm run migrate:sessions`.');
    });
  }

  /** The payload of a session outside any request, for WebSockets and jobs. */
  load(key: string): Promise<SessionPayload | undefined> {
    return this.run('load', async (sessions) => payloadOf(await this.find(sessions, key)));
  }

  /**
   * Renews a session by its own lifetime while it is used without requests, as by a WebSocket: `false` when it is over.
   * The cookie in the browser is renewed by requests alone.
   */
  touch(key: string): Promise<boolean> {
    return this.run('touch', async (sessions) => {
      const loaded = await this.find(sessions, key);
      if (!loaded || !payloadOf(loaded)) return false;
      return (await this.renew(sessions, loaded)) !== undefined;
    });
  }

  /** How many sessions are alive. */
  count(): Promise<number> {
    return this.run('count', (sessions) => sessions.count({ expiresAt: { $gt: new Date() } }));
  }

  /** All sessions that are alive, read in batches: `for await (const session of store.list())`. */
  async *list(): AsyncGenerator<StoredSession, void> {
    let last = '';
    let batch: SessionDocument[];
    do {
      const filter = { _id: { $gt: last }, expiresAt: { $gt: new Date() } };
      const page = { sort: { _id: 1 }, limit: BATCH_SIZE } as const;
      batch = await this.run('list', (sessions) => sessions.find(filter, page));
      for (const document of batch) {
        last = document._id;
        for (const session of this.#describe(document)) yield session;
      }
    } while (batch.length === BATCH_SIZE);
  }

  /** Ends every session. */
  clear(): Promise<void> {
    return this.run('clear', (sessions) => sessions.deleteMany());
  }

  /** Nothing for a session that is over or damaged. */
  #describe(document: SessionDocument): StoredSession[] {
    const loaded = this.open(document);
    const payload = payloadOf(loaded);
    if (!loaded || !payload) return [];
    const { _id: id, createdAt, updatedAt, expiresAt } = loaded;
    return [{ id, payload, createdAt, updatedAt, expiresAt }];
  }
}

/** koa-session has a date of its own in the session, which may be the earlier one. */
function payloadOf(loaded: Loaded | undefined): SessionPayload | undefined {
  const isOver = (loaded?.cookie._expire ?? Infinity) < Date.now();
  return isOver ? undefined : parsePayload(loaded?.text);
}

/** As the migration script makes it; `session_prune` stands for it where a database has no TTL on a date. */
function removesExpired({ name, key, expireAfterSeconds, ...options }: SessionIndex): boolean {
  const isWhole = !options.hidden && !options.sparse && !options.partialFilterExpression;
  const isTtl = expireAfterSeconds === 0 && isWhole && Object.keys(key).join() === 'expiresAt';
  return name === 'session_prune' || isTtl;
}
