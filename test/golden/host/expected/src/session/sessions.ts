// create-koa-mongo-session: sessions
import { DURABLE, OWN, type SessionDocument } from './collection.ts';
import { ifCode } from './errors.ts';
import { type Index, planIndexes } from './indexes.ts';
import { cookieFields, parsePayload, type SessionPayload } from './payload.ts';
import { type Loaded, MongoSessionStore } from './store.ts';

/** A session that is alive, as seen from outside of its requests. It does not contain the key. */
export interface StoredSession extends Pick<SessionDocument, 'createdAt' | 'updatedAt' | 'expiresAt'> {
  /** The hash of the key: it identifies the session, but gives no access to it. */
  id: string;
  payload: SessionPayload;
}

/** What `sessions(app)` returns: the store of its middleware, with methods for use outside of a request. */
export class Sessions extends MongoSessionStore {
  #hasWarned = false;

  /** For the start of the app: throws if the database cannot be used, and warns once if an index is missing. */
  ready(): Promise<void> {
    return this.run('ready', async ({ sessions, limits }) => {
      const listed = sessions.listIndexes(limits()).toArray();
      // Code 26: there is no collection yet. The first session creates it.
      const indexes = await listed.catch(ifCode([26], (): Index[] => []));
      if (this.#hasWarned || planIndexes(indexes).create.length === 0) return;
      this.#hasWarned = true;
      process.emitWarning('The sessions lack an index: run `npm run migrate:sessions`.');
    });
  }

  /** The payload of a session outside any request, for WebSockets and jobs. */
  load(key: string): Promise<SessionPayload | undefined> {
    return this.run('load', async (operation) => payloadOf(await this.find(operation, key)));
  }

  /** Renews a session without a request, but not its cookie, such as for a WebSocket; `false` if it is over. */
  async touch(key: string): Promise<boolean> {
    const ctx = {};
    const session = await this.get(key, undefined, { ctx });
    const { _maxAge, _expire = Infinity } = cookieFields(session);
    if (!session || _expire < Date.now()) return false;
    const renewed = _maxAge === undefined ? session : { ...session, _touched: Date.now() + _maxAge };
    // koa-session keeps a session ten seconds longer than its cookie.
    await this.set(key, renewed, _maxAge && _maxAge + 10_000, { ctx });
    return true;
  }

  count(): Promise<number> {
    return this.run('count', ({ sessions, limits }) => sessions.countDocuments(alive(), limits()));
  }

  /** All sessions that are alive, read in batches: `for await (const session of store.list())`. */
  async *list(): AsyncGenerator<StoredSession, void, undefined> {
    for await (const batch of this.#batches('list')) yield* batch.flatMap((each) => this.#describe(each));
  }

  /** Ends every session, in batches: to delete a million at once takes longer than a call may take. */
  async clear(): Promise<void> {
    for await (const batch of this.#batches('clear', OWN, { projection: { _id: 1 } })) {
      const filter = { _id: { $in: batch.map(({ _id }) => _id) } };
      await this.run('clear', ({ sessions, limits }) => sessions.deleteMany(filter, limits(DURABLE)));
    }
  }

  async *#batches(name: string, which = alive(), options = {}): AsyncGenerator<SessionDocument[], void> {
    let last: string | undefined = '';
    while (last !== undefined) {
      const filter = { $and: [which, { _id: { $gt: last } }] };
      const batch: SessionDocument[] = await this.run(name, ({ sessions, limits }) =>
        sessions.find(filter, limits({ sort: { _id: 1 }, limit: 100, ...options })).toArray(),
      );
      last = batch.at(-1)?._id;
      if (last !== undefined) yield batch;
    }
  }

  /** An empty list for a session that is over or damaged. */
  #describe(document: SessionDocument): StoredSession[] {
    const { _id: id, createdAt, updatedAt, expiresAt } = document;
    const payload = payloadOf(this.open(document));
    return payload ? [{ id, payload, createdAt, updatedAt, expiresAt }] : [];
  }
}

const alive = (): object => ({ $and: [OWN, { expiresAt: { $gt: new Date() } }] });

/** koa-session keeps its own end date in the session, which may be earlier. */
function payloadOf(loaded: Loaded | undefined): SessionPayload | undefined {
  return Number(loaded?.cookie._expire) < Date.now() ? undefined : parsePayload(loaded?.text);
}
