// create-koa-mongo-session: store
import { createHash } from 'node:crypto';
import {
  deleteOne,
  type Operation,
  operate,
  type SessionConnection,
  type SessionDocument,
  updateOne,
} from './collection.ts';
import { codeOf, SessionStoreError, toStoreError } from './errors.ts';
import { cookieFields, merge, parsePayload, type SessionPayload, toJson } from './payload.ts';

export interface StoreOptions {
  /** Lifetime of an idle session in ms, where the session middleware passes none. */
  ttl: number;
  /** Largest payload in bytes: 1 MiB unless given. */
  maxBytes?: number;
  /** Longest wait for the database in ms: 10 s unless given. */
  timeout?: number;
}

/** What a request knows of its session: it tells an insert, an update and a touch apart. */
export interface Loaded extends Omit<SessionDocument, 'data'> {
  text: string;
}

/** What a request wants to be written. */
type Draft = Omit<Loaded, 'createdAt' | 'version'>;

const UNKNOWN_VERSION = -1;
/** As long as a cookie can come: koa-session-minimal awaits no `set`, and a failed one would end the process. */
const MAX_KEY_LENGTH = 16 * 1024;
/** koa-session has a session kept this much longer than its cookie; in ms. */
const GRACE = 10_000;
const LAST_DATE = Date.UTC(9999, 11, 31);

/** A store for koa-session; koa-generic-session and koa-session-minimal call the same three methods. */
export class MongoSessionStore {
  readonly #connection: SessionConnection;
  readonly #options: Required<StoreOptions>;
  readonly #loaded = new WeakMap<object, Loaded>();
  /** By request: the `_id` that `regenerate()` gives up as soon as the session is stored under its new one. */
  readonly #replaced = new WeakMap<object, string>();

  constructor(connection: SessionConnection, options: StoreOptions) {
    this.#connection = connection;
    this.#options = { maxBytes: 1024 * 1024, timeout: 10_000, ...options };
  }

  /** Nothing when there is no such session or it is over. A failure throws: it must log nobody out. */
  get(key: string, _maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<SessionPayload | undefined> {
    return this.run('get', async (operation) => {
      const loaded = await this.find(operation, key);
      const payload = parsePayload(loaded?.text);
      if (!loaded || !payload) return undefined;
      if (ctx) this.#loaded.set(ctx, loaded);
      const { _expire, _maxAge = this.#options.ttl } = loaded.cookie;
      return Object.assign(payload, _expire !== undefined && { _maxAge }, loaded.cookie);
    });
  }

  /** `maxAge` in ms; anything but a finite number stands for the idle lifetime. */
  set(key: string, session: SessionPayload, maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<void> {
    return this.run('set', async (operation) => {
      const id = hashKey(key);
      const { _expire, _maxAge, _session, ...payload } = session;
      const ownMaxAge = _maxAge === this.#options.ttl ? undefined : _maxAge;
      const known = ctx && this.#loaded.get(ctx);
      const loaded = known?._id === id ? known : undefined;
      const draft: Draft = {
        _id: id,
        text: toJson(payload, this.#options.maxBytes),
        cookie: cookieFields({ _expire, _maxAge: ownMaxAge, _session }),
        expiresAt: this.expiry(maxAge),
        updatedAt: new Date(),
      };
      const write = loaded ? this.#rewrite(operation, loaded, draft) : this.#insert(operation, draft);
      const written = await write;
      if (ctx) await this.#endReplaced(operation, ctx, id);
      if (ctx && written) this.#loaded.set(ctx, written);
    });
  }

  /** At once, but with the `ctx` of a request that has a session: that is `regenerate()`, and `set` comes next. */
  destroy(key: string, { ctx }: { ctx?: { session?: unknown } } = {}): Promise<void> {
    return this.run('destroy', async (operation) => {
      if (!isKey(key)) return;
      const _id = hashKey(key);
      if (ctx?.session) this.#replaced.set(ctx, _id);
      else await deleteOne(operation, { _id });
    });
  }

  /** Closes what was opened for this store, and nothing else. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  protected async find(operation: Operation, key: string): Promise<Loaded | undefined> {
    return isKey(key) ? this.#findById(operation, hashKey(key)) : undefined;
  }

  async #findById(operation: Operation, id: string): Promise<Loaded | undefined> {
    const document = await operation.sessions.findOne({ _id: id }, operation.limits());
    return document ? this.open(document) : undefined;
  }

  /** A document that is over or was damaged is no session: its user starts afresh. */
  protected open({ data, ...document }: SessionDocument): Loaded | undefined {
    if (!isDated(document) || document.expiresAt.getTime() <= Date.now()) return undefined;
    if (typeof data !== 'string') return undefined;
    return { ...document, text: data, cookie: cookieFields(document.cookie) };
  }

  async #insert(operation: Operation, draft: Draft): Promise<Loaded | undefined> {
    const createdAt = draft.updatedAt;
    const change = { ...this.#update(draft), $setOnInsert: { createdAt } };
    const wasThere = await this.upsert(operation, draft._id, change);
    // Where another request was first, its version is not known: this one goes on as if it had loaded nothing.
    return wasThere ? undefined : { ...draft, createdAt, version: 1 };
  }

  /**
   * Tells whether the document was there. The filter is `_id` alone: for that one the server itself settles concurrent
   * upserts, up to a rare E11000.
   */
  protected upsert(operation: Operation, _id: string, change: object): Promise<boolean> {
    const upsert = () => updateOne(operation, { _id }, change, true);
    return upsert().catch((error: unknown) => {
      if (codeOf(error) === 11000) return upsert();
      throw error;
    });
  }

  /** By its own lifetime, without a request. */
  protected renew(operation: Operation, loaded: Loaded): Promise<Loaded | undefined> {
    const { _expire, _maxAge = this.#options.ttl } = loaded.cookie;
    const isTimed = _expire !== undefined;
    return this.#touch(operation, loaded, {
      ...loaded,
      cookie: { ...loaded.cookie, ...(isTimed && { _expire: Date.now() + _maxAge }) },
      expiresAt: this.expiry(isTimed ? _maxAge + GRACE : undefined),
      updatedAt: new Date(),
    });
  }

  /** Nothing where the session was destroyed meanwhile. */
  #rewrite(operation: Operation, loaded: Loaded, draft: Draft): Promise<Loaded | undefined> {
    const isSame = draft.text === loaded.text && isSameLifetime(draft, loaded);
    return isSame ? this.#touch(operation, loaded, draft) : this.#change(operation, loaded, draft);
  }

  /** Where another request has changed the lifetime, it stays so: that one renewed the session as well. */
  async #touch(operation: Operation, loaded: Loaded, draft: Draft): Promise<Loaded | undefined> {
    const { _id, cookie, expiresAt, updatedAt } = draft;
    const { _expire, _maxAge = null, _session = null } = cookie;
    const filter = { _id, 'cookie._maxAge': _maxAge, 'cookie._session': _session };
    // Never back: it may be late, and come after another one.
    const dates = { expiresAt, updatedAt, ...(_expire !== undefined && { 'cookie._expire': _expire }) };
    const isFound = await updateOne(operation, filter, { $max: dates });
    return isFound ? { ...loaded, ...draft } : undefined;
  }

  /** Never an upsert: a session destroyed meanwhile stays destroyed, so no slow request undoes a logout. */
  async #change(operation: Operation, loaded: Loaded, draft: Draft): Promise<Loaded | undefined> {
    let base = loaded;
    let mine = draft;
    // Each further turn means that another request's write was acknowledged, so this ends.
    while (true) {
      const { _id, version } = base;
      if (await updateOne(operation, { _id, version }, this.#update(mine))) {
        // `ctx.session` does not show what was merged into it, so its next change has to be merged as well.
        return { ...loaded, ...draft, version: base === loaded ? version + 1 : UNKNOWN_VERSION };
      }
      const theirs = await this.#findById(operation, _id);
      if (!theirs) return undefined;
      const text = merge(base.text, theirs.text, mine.text);
      const isTheirLifetime = isSameLifetime(mine, base) && !isSameLifetime(theirs, base);
      const { cookie, expiresAt } = isTheirLifetime ? theirs : mine;
      mine = { ...mine, text, cookie, expiresAt };
      base = theirs;
    }
  }

  #update(draft: Draft): object {
    const fields = this.fields(draft);
    return { $set: fields, $inc: { version: 1 } };
  }

  /** What a document holds beside the beginning of its session and its version. */
  protected fields({ text: data, cookie, expiresAt, updatedAt }: Draft) {
    return { data, cookie, expiresAt, updatedAt };
  }

  async #endReplaced(operation: Operation, ctx: object, id: string): Promise<void> {
    const _id = this.#replaced.get(ctx);
    if (_id === undefined || _id === id) return;
    await deleteOne(operation, { _id });
    this.#replaced.delete(ctx);
  }

  /** Kept in range: BSON stores an invalid date as 1970, and the TTL index would remove the session at once. */
  protected expiry(maxAge: unknown): Date {
    const lifetime = Number.isFinite(maxAge) ? Number(maxAge) : this.#options.ttl;
    return new Date(Math.max(0, Math.min(Date.now() + lifetime, LAST_DATE)));
  }

  protected async run<T>(name: string, work: (operation: Operation) => Promise<T>): Promise<T> {
    try {
      return await operate(this.#connection, this.#options.timeout, work);
    } catch (error) {
      throw toStoreError(name, error);
    }
  }
}

/** The `_id` of a session. A stored one is of no use as a key, for it would be hashed again. */
export function hashKey(key: string): string {
  if (isKey(key)) return createHash('sha256').update(key).digest('base64url');
  throw new SessionStoreError('INVALID_KEY', `A key is a string of 1 to ${MAX_KEY_LENGTH} characters.`);
}

/** An `externalKey` of the app's own may return anything. An object would be a query operator. */
export function isKey(key: unknown): key is string {
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) return false;
  // All lone surrogates are hashed as the same U+FFFD.
  return !/\p{Surrogate}/u.test(key);
}

function isDated({ createdAt, updatedAt, expiresAt, version }: Omit<SessionDocument, 'data'>): boolean {
  const dates = [createdAt, updatedAt, expiresAt];
  return dates.every((date) => date instanceof Date) && Number.isSafeInteger(version);
}

type Lifetime = Pick<SessionDocument, 'cookie'>;

function isSameLifetime({ cookie: one }: Lifetime, { cookie: other }: Lifetime): boolean {
  return one._maxAge === other._maxAge && one._session === other._session;
}
