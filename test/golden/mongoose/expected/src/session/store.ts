// create-koa-mongo-session: store
import { createHash } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { SessionStoreError, toStoreError } from './errors.ts';
import { cookieFields, merge, parsePayload, toJson } from './payload.ts';
import type {
  SessionCollection,
  SessionConnection,
  SessionDocument,
  SessionIndex,
  SessionPayload,
  StoreOptions,
  UpdateResult,
} from './types.ts';

/** What a request knows of its session: it tells an insert, an update and a touch apart. */
export interface Loaded extends Omit<SessionDocument, 'data'> {
  text: string;
}

/** What a request wants to be written. */
type Draft = Omit<Loaded, 'createdAt' | 'version'>;

/** What came of an operation, for the diagnostics channel, and what it returns. */
export type Outcome<T> = [outcome: string, result: T];

/** Gets `{ operation, outcome, durationMs }` after each operation; costs nothing while nobody subscribes. */
const operations = channel('koa-mongo-session');
const UNKNOWN_VERSION = -1;
/** As long as a cookie can come: koa-session-minimal awaits no `set`, and a failed one would end the process. */
const MAX_KEY_LENGTH = 16 * 1024;
const LAST_DATE = Date.UTC(9999, 11, 31);
/** Plain values, from the primary, whatever the connection prefers: a secondary may hold what was destroyed. */
export const READ = { readPreference: 'primary', raw: false, promoteValues: true };

/** A store for koa-session; koa-generic-session and koa-session-minimal call the same three methods. */
export class MongoSessionStore {
  readonly #connection: SessionConnection;
  readonly #options: Required<StoreOptions>;
  readonly #loaded = new WeakMap<object, Loaded>();

  constructor(connection: SessionConnection, options: StoreOptions) {
    this.#connection = connection;
    const defaults = { maxBytes: 1024 * 1024, timeout: 10_000 };
    this.#options = { ...defaults, ...options };
  }

  /** Nothing when there is no such session or it is over. A failure throws: it must log nobody out. */
  get(key: string, _maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<SessionPayload | undefined> {
    return this.run('get', async (sessions) => {
      const loaded = await this.find(sessions, key);
      const payload = parsePayload(loaded?.text);
      if (!loaded || !payload) return ['miss', undefined];
      if (ctx) this.#loaded.set(ctx, loaded);
      return ['hit', { ...payload, ...loaded.cookie }];
    });
  }

  /** `maxAge` in ms; anything but a finite number stands for the idle lifetime. */
  set(key: string, session: SessionPayload, maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<void> {
    return this.run('set', async (sessions) => {
      const id = hashKey(key);
      const { _expire, _maxAge, _session, ...payload } = session;
      const known = ctx && this.#loaded.get(ctx);
      const loaded = known?._id === id ? known : undefined;
      const draft: Draft = {
        _id: id,
        text: toJson(payload, this.#options.maxBytes),
        cookie: cookieFields({ _expire, _maxAge, _session }),
        expiresAt: this.expiry(maxAge),
        updatedAt: new Date(),
      };
      const write = loaded ? this.#rewrite(sessions, loaded, draft) : this.#insert(sessions, draft);
      const [outcome, written] = await write;
      if (ctx && written) this.#loaded.set(ctx, written);
      return [outcome, undefined];
    });
  }

  destroy(key: string): Promise<void> {
    return this.run('destroy', async (sessions) => {
      if (isKey(key)) await sessions.deleteOne({ _id: hashKey(key) });
      return ['done', undefined];
    });
  }

  /** For the start of the app: throws when the database cannot be used, warns when the TTL index is missing. */
  ready(): Promise<void> {
    return this.run('ready', async (sessions) => {
      const indexes = await sessions.listIndexes().toArray().catch(noneWithoutCollection);
      if (!indexes.some(removesExpired)) process.emitWarning('Sessions have no TTL index: run `npm run migrate:sessions`.');
      return ['done', undefined];
    });
  }

  /** Closes what was opened for this store, and nothing else. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected async find(sessions: SessionCollection, key: string): Promise<Loaded | undefined> {
    return isKey(key) ? this.#findById(sessions, hashKey(key)) : undefined;
  }

  async #findById(sessions: SessionCollection, id: string): Promise<Loaded | undefined> {
    const document = await sessions.findOne({ _id: id }, READ);
    return document ? this.open(document) : undefined;
  }

  /** A document that is over or was damaged is no session: its user starts afresh. */
  protected open({ data, ...document }: SessionDocument): Loaded | undefined {
    if (!isDated(document) || document.expiresAt.getTime() <= Date.now()) return undefined;
    if (typeof data !== 'string') return undefined;
    return { ...document, text: data, cookie: cookieFields(document.cookie) };
  }

  async #insert(sessions: SessionCollection, draft: Draft): Promise<Outcome<Loaded | undefined>> {
    const createdAt = draft.updatedAt;
    const update = { ...this.#update(draft), $setOnInsert: { createdAt } };
    const wasThere = await this.upsert(sessions, draft._id, update);
    // Where another request was first, its version is not known: this one goes on as if it had loaded nothing.
    return wasThere ? ['update', undefined] : ['insert', { ...draft, createdAt, version: 1 }];
  }

  /**
   * Tells whether the document was there. The filter is `_id` alone: for that one the server itself settles concurrent
   * upserts, up to a rare E11000.
   */
  protected async upsert(sessions: SessionCollection, _id: string, update: object): Promise<boolean> {
    const upsert = () => sessions.updateOne({ _id }, update, { upsert: true });
    const result = await upsert().catch((error) => {
      if (error.code === 11000) return upsert();
      throw error;
    });
    return isFound(result);
  }

  async #rewrite(sessions: SessionCollection, loaded: Loaded, draft: Draft): Promise<Outcome<Loaded>> {
    const isSame = draft.text === loaded.text && isSameLifetime(draft, loaded);
    return isSame ? this.#touch(sessions, loaded, draft) : this.#change(sessions, loaded, draft);
  }

  /** Where another request has changed the lifetime, it stays so: that one renewed the session as well. */
  async #touch(sessions: SessionCollection, loaded: Loaded, draft: Draft): Promise<Outcome<Loaded>> {
    const { _id, cookie, expiresAt, updatedAt } = draft;
    const { _maxAge = null, _session = null } = cookie;
    const filter = { _id, 'cookie._maxAge': _maxAge, 'cookie._session': _session };
    const result = await sessions.updateOne(filter, { $set: { cookie, expiresAt, updatedAt } });
    return isFound(result) ? ['touch', { ...loaded, ...draft }] : ['destroyed', loaded];
  }

  /** Never an upsert: a session destroyed meanwhile stays destroyed, so no slow request undoes a logout. */
  async #change(sessions: SessionCollection, loaded: Loaded, draft: Draft): Promise<Outcome<Loaded>> {
    let base = loaded;
    let mine = draft;
    // Each further turn means that another request's write was acknowledged, so this ends.
    while (true) {
      const { _id, version } = base;
      if (isFound(await sessions.updateOne({ _id, version }, this.#update(mine)))) {
        const isMerged = base !== loaded;
        // `ctx.session` does not show what was merged into it, so its next change has to be merged as well.
        const next = { ...loaded, ...draft, version: isMerged ? UNKNOWN_VERSION : version + 1 };
        return [isMerged ? 'merge' : 'update', next];
      }
      const theirs = await this.#findById(sessions, _id);
      if (!theirs) return ['destroyed', loaded];
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

  /** Kept in range: BSON stores an invalid date as 1970, and the TTL index would remove the session at once. */
  protected expiry(maxAge: unknown): Date {
    const lifetime = Number.isFinite(maxAge) ? Number(maxAge) : this.#options.ttl;
    return new Date(Math.max(0, Math.min(Date.now() + lifetime, LAST_DATE)));
  }

  protected async run<T>(
    operation: string,
    work: (sessions: SessionCollection) => Promise<Outcome<T>>,
  ): Promise<T> {
    const start = performance.now();
    const report = (outcome: string) => {
      if (!operations.hasSubscribers) return;
      operations.publish({ operation, outcome, durationMs: performance.now() - start });
    };
    try {
      const answer = this.#connection.collection().then(work);
      const [outcome, result] = await within(this.#options.timeout, answer);
      report(outcome);
      return result;
    } catch (error) {
      const failure = toStoreError(operation, error);
      report(failure.code);
      throw failure;
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

/** An unacknowledged write tells nothing: a conflict and a logout would both look like success. */
function isFound({ acknowledged, matchedCount }: UpdateResult): boolean {
  if (acknowledged) return matchedCount > 0;
  throw new SessionStoreError('UNACKNOWLEDGED', 'Sessions need a write concern other than w=0.');
}

function isDated({ createdAt, updatedAt, expiresAt, version }: Omit<SessionDocument, 'data'>): boolean {
  const dates = [createdAt, updatedAt, expiresAt];
  return dates.every((date) => date instanceof Date) && Number.isSafeInteger(version);
}

type Lifetime = Pick<SessionDocument, 'cookie'>;

function isSameLifetime({ cookie: one }: Lifetime, { cookie: other }: Lifetime): boolean {
  return one._maxAge === other._maxAge && one._session === other._session;
}

function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const message = `The session database gave no answer in ${timeout} ms.`;
    const timer = setTimeout(() => reject(new SessionStoreError('TIMEOUT', message)), timeout);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** As the migration script makes it; `session_prune` stands for it where a database has no TTL on a date. */
function removesExpired({ name, key, expireAfterSeconds, ...options }: SessionIndex): boolean {
  const isWhole = !options.hidden && !options.sparse && !options.partialFilterExpression;
  const isTtl = expireAfterSeconds === 0 && isWhole && Object.keys(key).join() === 'expiresAt';
  return name === 'session_prune' || isTtl;
}

/** Code 26, no such collection: the first session makes it. */
function noneWithoutCollection(error: { code?: unknown }): SessionIndex[] {
  if (error.code === 26) return [];
  throw error;
}
