// create-koa-mongo-session: store
import { createHash } from 'node:crypto';
import type { Operation, SessionConnection, SessionDocument } from './collection.ts';
import { DURABLE, updateOne } from './collection.ts';
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

/** As long as a cookie can come: koa-session-minimal awaits no `set`, and a failed one would end the process. */
const MAX_KEY_LENGTH = 16 * 1024;
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
      const written = await this.#write(operation, loaded, draft);
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
      else await operation.sessions.deleteOne({ _id }, operation.limits(DURABLE));
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
    const { _id, updatedAt: createdAt } = draft;
    const update = { ...this.change(draft), $setOnInsert: { createdAt } };
    // Where another request was first, its version is not known: this one goes on as if it had loaded nothing.
    return (await this.upsert(operation, _id, update)) ? undefined : { ...draft, createdAt, version: 1 };
  }

  /** Whether it was there. By `_id` alone, for which the server itself settles concurrent upserts but for rare ones. */
  protected upsert(operation: Operation, _id: string, update: object): Promise<boolean> {
    const upsert = () => updateOne(operation, { _id }, update, true);
    return upsert().catch((error: unknown) => {
      if (codeOf(error) === 11000) return upsert();
      throw error;
    });
  }

  /** Nothing where the session was destroyed meanwhile. */
  #write(operation: Operation, loaded: Loaded | undefined, draft: Draft): Promise<Loaded | undefined> {
    if (!loaded) return this.#insert(operation, draft);
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
      if (await updateOne(operation, { _id, version }, this.change(mine))) {
        // `ctx.session` does not show what was merged into it, so its next change has to be merged as well: -1 fits none.
        return { ...loaded, ...draft, version: base === loaded ? version + 1 : -1 };
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

  /** What a write changes of a document. */
  protected change({ text: data, cookie, expiresAt, updatedAt }: Draft) {
    return { $set: { data, cookie, expiresAt, updatedAt }, $inc: { version: 1 } };
  }

  async #endReplaced(operation: Operation, ctx: object, id: string): Promise<void> {
    const _id = this.#replaced.get(ctx);
    if (_id === undefined || _id === id) return;
    await operation.sessions.deleteOne({ _id }, operation.limits(DURABLE));
    this.#replaced.delete(ctx);
  }

  /** Kept in range: BSON stores an invalid date as 1970, and the TTL index would remove the session at once. */
  protected expiry(maxAge: unknown): Date {
    const lifetime = Number.isFinite(maxAge) ? Number(maxAge) : this.#options.ttl;
    return new Date(Math.max(0, Math.min(Date.now() + lifetime, LAST_DATE)));
  }

  /** After the deadline nothing more is sent: a write that its caller was told had failed must not follow later ones. */
  protected async run<T>(name: string, work: (operation: Operation) => Promise<T>): Promise<T> {
    const { timeout } = this.#options;
    const deadline = performance.now() + timeout;
    const limits = (options?: object) => {
      const maxTimeMS = Math.ceil(deadline - performance.now());
      if (maxTimeMS > 0) return { ...options, maxTimeMS };
      throw timedOut(timeout);
    };
    try {
      const sent = this.#connection.collection().then((sessions) => work({ sessions, limits }));
      return await within(timeout, sent);
    } catch (error) {
      throw toStoreError(name, error);
    }
  }
}

function timedOut(timeout: number): SessionStoreError {
  return new SessionStoreError('TIMEOUT', `The session database gave no answer in ${timeout} ms.`);
}

function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(timeout)), timeout);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
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

function isSameLifetime({ cookie: one }: Draft, { cookie: other }: Draft): boolean {
  return one._maxAge === other._maxAge && one._session === other._session;
}
