// create-koa-mongo-session: store
import { hash } from 'node:crypto';
import type { Operation, SessionConnection, SessionDocument } from './collection.ts';
import { DURABLE, updateOne } from './collection.ts';
import { ifCode, SessionStoreError, toStoreError } from './errors.ts';
import { cookieFields, merge, parsePayload, type SessionPayload, toJson } from './payload.ts';

export interface StoreOptions {
  /** Lifetime of an idle session in ms, if the session middleware passes none. */
  ttl: number;
  /** Largest payload in bytes. One that is larger already can be renewed and made smaller. Default: 1 MiB. */
  maxBytes?: number;
  /** Longest wait for the database in ms. Default: 10 s. */
  timeout?: number;
}

/** The stored session that a request has loaded. A write compares with it: an insert, an update or a touch. */
export interface Loaded extends Omit<SessionDocument, 'data'> {
  text: string;
}

type Draft = Omit<Loaded, 'createdAt' | 'version'>;

/** No cookie is longer. koa-session-minimal does not await `set`, so an error in it would end the process. */
const MAX_KEY_LENGTH = 16 * 1024;
const UNAWAITED = 'Await regenerate() before the response.';
/** Requests whose last `set` stored nothing: the browser may have the cookie of a newer session. */
export const unsaved = new WeakSet<object>();

/** A store for koa-session; koa-generic-session and koa-session-minimal call the same three methods. */
export class MongoSessionStore {
  readonly #connection: SessionConnection;
  readonly #options: Required<StoreOptions>;
  readonly #loaded = new WeakMap<object, Promise<Loaded | undefined>>();
  /** By request: the old `_id` in each `regenerate()`, deleted as soon as the session is stored under the new one. */
  readonly #replaced = new WeakMap<object, readonly string[]>();

  constructor(connection: SessionConnection, options: StoreOptions) {
    this.#connection = connection;
    this.#options = { maxBytes: 1024 * 1024, timeout: 10_000, ...options };
  }

  /** `undefined` if there is no such session or it is over. A failure throws, so that it logs nobody out. */
  get(key: string, _maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<SessionPayload | undefined> {
    return this.run('get', async (operation) => {
      const loaded = await this.find(operation, key);
      const payload = parsePayload(loaded?.text);
      if (!loaded || !payload) return undefined;
      if (ctx) this.#loaded.set(ctx, Promise.resolve(loaded));
      return Object.assign(payload, loaded.cookie._expire && { _maxAge: this.#options.ttl }, loaded.cookie);
    });
  }

  /** `maxAge` in ms, or else the idle lifetime. Waits for a `save()` of its request that was not awaited. */
  async set(key: string, session: SessionPayload, maxAge?: unknown, { ctx = {} }: { ctx?: object } = {}) {
    const earlier = this.#loaded.get(ctx);
    const saving = this.run('set', async (operation) => {
      const id = hashKey(key);
      const { _expire, _maxAge, _session, _touched, ...payload } = session;
      const known = await earlier;
      const loaded = known?._id === id ? known : undefined;
      const replaced = this.#replaced.get(ctx) ?? [];
      if (replaced.includes(id)) throw new SessionStoreError('UNAWAITED', UNAWAITED);
      const isSent = () => (ctx as { headerSent?: boolean }).headerSent;
      // Only a header can renew the cookie: without one, it keeps its end, as with `touch`.
      const kept = isSent() && loaded?.cookie;
      const end = kept ? { _expire: kept._expire, _touched: _expire } : { _expire, _touched };
      const draft: Draft = {
        _id: id,
        text: toJson(payload, Math.max(this.#options.maxBytes, Buffer.byteLength(known?.text ?? ''))),
        cookie: cookieFields({ _session, _maxAge: _maxAge !== this.#options.ttl && _maxAge, ...end }),
        expiresAt: this.expiry(maxAge),
        updatedAt: new Date(),
      };
      let written = await this.#write(operation, loaded, draft);
      const isLate = replaced.length > 0 && isSent(); // No cookie can carry the new key: it ends instead.
      for (const _id of isLate ? [id] : replaced) {
        if (_id === known?._id) written = await this.#replace(operation, known, written, draft);
        else await operation.sessions.deleteOne({ _id }, operation.limits(DURABLE));
      }
      if (isLate) process.emitWarning(UNAWAITED); // Not after the deadline, which has thrown.
      this.#replaced.delete(ctx);
      unsaved[written ? 'delete' : 'add'](ctx);
      return written ?? known;
    });
    const state = saving.catch(() => earlier);
    this.#loaded.set(ctx, state);
    await saving;
  }

  /** Deletes at once, except in `regenerate()`: there `ctx` still has its session, and `set` or a logout follows. */
  destroy(key: string, { ctx }: { ctx?: { session?: unknown } } = {}): Promise<void> {
    return this.run('destroy', async ({ sessions, limits }) => {
      if (!isKey(key)) return;
      const ids = [...((ctx && this.#replaced.get(ctx)) ?? []), hashKey(key)];
      if (ctx?.session) this.#replaced.set(ctx, ids);
      else await Promise.all(ids.map((_id) => sessions.deleteOne({ _id }, limits(DURABLE))));
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  protected find(operation: Operation, key: string): Promise<Loaded | undefined> {
    return isKey(key) ? this.#findById(operation, hashKey(key)) : Promise.resolve(undefined);
  }

  async #findById(operation: Operation, id: string): Promise<Loaded | undefined> {
    const document = await operation.sessions.findOne({ _id: id }, operation.limits());
    return document ? this.open(document) : undefined;
  }

  /** `undefined` if the session is over or was damaged: its user gets a new one. */
  protected open(document: SessionDocument): Loaded | undefined {
    const { _id, data, cookie, expiresAt, createdAt, updatedAt, version } = document;
    const isDated = [createdAt, updatedAt, expiresAt].every((at) => at instanceof Date);
    if (!isDated || !Number.isSafeInteger(version) || expiresAt.getTime() <= Date.now()) return undefined;
    const { _touched = 0, ...own } = cookieFields(cookie);
    // Not before the cookie ends: koa-session goes by `_expire` to renew it.
    if (_touched > Date.now() && Number(own._expire) < Date.now()) own._expire = _touched;
    // No copy of the document: it may have other properties, such as a `text` that somebody has planted.
    const stored = { _id, cookie: own, expiresAt, createdAt, updatedAt, version };
    return typeof data === 'string' ? { text: data, ...stored } : undefined;
  }

  async #insert(operation: Operation, draft: Draft): Promise<Loaded> {
    const { _id, updatedAt: createdAt } = draft;
    const update = { $setOnInsert: { createdAt }, ...this.change(draft) };
    // If another request was first, the version is unknown. -1 matches none, so the next change is a conflict.
    return { createdAt, version: (await this.upsert(operation, _id, update)) ? -1 : 1, ...draft };
  }

  /** Whether the document existed. With only `_id` in the filter, the server retries most concurrent upserts itself. */
  protected upsert(operation: Operation, _id: string, update: object, extra = {}): Promise<boolean> {
    const upsert = () => updateOne(operation, { _id }, update, { upsert: true, ...extra });
    return upsert().catch(ifCode([11000], upsert));
  }

  /** `undefined` if the session was destroyed in the meantime. */
  #write(operation: Operation, loaded: Loaded | undefined, draft: Draft): Promise<Loaded | undefined> {
    if (!loaded) return this.#insert(operation, draft);
    const isSame = draft.text === loaded.text && isSameLifetime(draft, loaded);
    return isSame ? this.#touch(operation, loaded, draft) : this.#change(operation, loaded, draft);
  }

  /** Has no effect if another request has changed the lifetime: that request has renewed the session, too. */
  async #touch(operation: Operation, loaded: Loaded, draft: Draft): Promise<Loaded | undefined> {
    const { _id, cookie, expiresAt, updatedAt } = draft;
    const { _expire, _maxAge = null, _session = null, _touched } = cookie;
    const filter = { _id, 'cookie._maxAge': _maxAge, 'cookie._session': _session };
    const cookieEnd = _expire && { 'cookie._expire': _expire };
    const dates = { expiresAt, updatedAt, ...cookieEnd, ...(_touched && { 'cookie._touched': _touched }) };
    // This touch may arrive after a later one. So it shortens only the end that was loaded, and `$max` does the rest.
    const { expiresAt: end } = loaded;
    // Only koa-session, which has these fields, goes by the settings. Clocks of servers may differ by some seconds.
    const isShorter = (_expire ?? _session) && end.getTime() - expiresAt.getTime() > 10_000;
    const isSet = isShorter && (await updateOne(operation, { ...filter, expiresAt: end }, { $set: dates }));
    const isFound = isSet || (await updateOne(operation, filter, { $max: dates }));
    return isFound ? Object.assign(loaded, draft) : undefined;
  }

  /** Never an upsert, so that a slow request cannot undo a logout. */
  async #change(operation: Operation, loaded: Loaded, draft: Draft): Promise<Loaded | undefined> {
    let [base, mine] = [loaded, draft];
    // Each repetition follows a successful write of another request, so this ends.
    for (;;) {
      const { _id, createdAt, version } = base;
      if (await updateOne(operation, { _id, version }, this.change(mine))) {
        // `ctx.session` lacks what was merged. -1 matches no version, so its next change is merged again.
        return { createdAt, version: base === loaded ? version + 1 : -1, ...draft };
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

  /** Deletes what `regenerate()` has replaced. What other requests have changed there since the load is merged. */
  async #replace(operation: Operation, old: Loaded, written: Loaded | undefined, draft: Draft) {
    let [base, mine, stored] = [old, draft, written];
    for (;;) {
      const replaced = { _id: base._id, version: base.version };
      const { deletedCount } = await operation.sessions.deleteOne(replaced, operation.limits(DURABLE));
      const theirs = deletedCount === 0 ? await this.#findById(operation, old._id) : undefined;
      if (!theirs) return stored && base !== old ? { ...stored, ...draft, version: -1 } : stored;
      const text = merge(base.text, theirs.text, mine.text);
      [base, mine] = [theirs, { ...mine, text }];
      stored &&= await this.#write(operation, stored, mine);
    }
  }

  /** The update that stores a changed session. */
  protected change({ text: data, cookie, expiresAt, updatedAt }: Draft) {
    return { $set: { data, cookie, expiresAt, updatedAt }, $inc: { version: 1 } };
  }

  /** Kept in range: BSON stores an invalid date as 1970, and the TTL index would delete the session at once. */
  protected expiry(maxAge: unknown): Date {
    const lifetime = Number.isFinite(maxAge) ? Number(maxAge) : this.#options.ttl;
    return new Date(Math.max(0, Math.min(Date.now() + lifetime, Date.UTC(9999, 11, 31))));
  }

  /** After the deadline nothing more is sent: a write that was reported as failed must not overwrite later ones. */
  protected run<T>(name: string, work: (operation: Operation) => Promise<T>): Promise<T> {
    const { timeout } = this.#options;
    const deadline = performance.now() + timeout;
    const timedOut = () => new SessionStoreError('TIMEOUT', `MongoDB gave no answer in ${timeout} ms.`);
    const limits = (options?: object) => {
      const maxTimeMS = Math.ceil(deadline - performance.now());
      if (maxTimeMS > 0) return { maxTimeMS, ...options };
      throw timedOut();
    };
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(timedOut()), timeout);
      void (async () => {
        try {
          resolve(await work({ sessions: await this.#connection.collection(), limits }));
        } catch (error) {
          reject(toStoreError(name, error));
        }
        clearTimeout(timer);
      })();
    });
  }
}

/** The `_id` of a session. A stolen `_id` is useless as a key, since it would be hashed again. */
export function hashKey(key: string): string {
  if (isKey(key)) return hash('sha256', key, 'base64url');
  throw new SessionStoreError('INVALID_KEY', `A key is a string of 1 to ${MAX_KEY_LENGTH} characters.`);
}

/** A custom `externalKey` may return anything: an object is a query operator, lone surrogates hash alike. */
export function isKey(key: unknown): key is string {
  return typeof key === 'string' && key.length <= MAX_KEY_LENGTH && /^\P{Surrogate}+$/u.test(key);
}

const isSameLifetime = ({ cookie: one }: Draft, { cookie: other }: Draft): boolean =>
  one._maxAge === other._maxAge && one._session === other._session;
