// create-koa-mongo-session: store
import { createHash } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import type {
  SessionCollection,
  SessionConnection,
  SessionDocument,
  SessionPayload,
  StoreOptions,
  UpdateResult,
} from './types.ts';

/** Its message holds no session key, no payload and no credentials. */
export class SessionStoreError extends Error {
  override readonly name = 'SessionStoreError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a request knows of its session: it tells an insert, an update and a touch apart. */
interface Loaded extends Omit<SessionDocument, 'data'> {
  text: string;
}

/** What a request wants to be written. */
type Draft = Omit<Loaded, 'createdAt' | 'version'>;

/** What came of an operation, for the diagnostics channel, and what it returns. */
type Outcome<T> = [outcome: string, result: T];

/** Gets `{ operation, outcome, durationMs }` after each operation; costs nothing while nobody subscribes. */
const operations = channel('koa-mongo-session');
/** Gets `{ properties }` when two requests changed the same properties of one session: the later one won. */
const clashes = channel('koa-mongo-session:clash');
const UNKNOWN_VERSION = -1;
/** As long as a cookie can come: koa-session-minimal awaits no `set`, and a failed one would end the process. */
const MAX_KEY_LENGTH = 16 * 1024;
const LAST_DATE = Date.UTC(9999, 11, 31);
/** Plain values, from the primary, whatever the connection prefers: a secondary may hold what was destroyed. */
const READ = { readPreference: 'primary', raw: false, promoteValues: true };

/** A store for koa-session; koa-generic-session and koa-session-minimal call the same three methods. */
export class MongoSessionStore {
  readonly #connection: SessionConnection;
  readonly #options: Required<StoreOptions>;
  readonly #loaded = new WeakMap<object, Loaded>();

  constructor(connection: SessionConnection, options: StoreOptions) {
    this.#connection = connection;
    this.#options = { maxBytes: 1024 * 1024, timeout: 10_000, ...options };
  }

  /** Nothing when there is no such session or it is over. A failure throws: it must log nobody out. */
  get(key: string, _maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<SessionPayload | undefined> {
    return this.#run('get', async (sessions) => {
      const loaded = await this.#find(sessions, key);
      const payload = parsePayload(loaded?.text);
      if (!loaded || !payload) return ['miss', undefined];
      if (ctx) this.#loaded.set(ctx, loaded);
      return ['hit', { ...payload, ...loaded.cookie }];
    });
  }

  /** `maxAge` in ms; anything but a finite number stands for the idle lifetime. */
  set(key: string, session: SessionPayload, maxAge?: unknown, { ctx }: { ctx?: object } = {}): Promise<void> {
    return this.#run('set', async (sessions) => {
      const id = hashKey(key);
      const { _expire, _maxAge, _session, ...payload } = session;
      const known = ctx && this.#loaded.get(ctx);
      const loaded = known?._id === id ? known : undefined;
      const draft: Draft = {
        _id: id,
        text: toJson(payload, this.#options.maxBytes),
        cookie: cookieFields({ _expire, _maxAge, _session }),
        expiresAt: this.#expiry(maxAge),
        updatedAt: new Date(),
      };
      const write = loaded ? this.#rewrite(sessions, loaded, draft) : this.#insert(sessions, draft);
      const [outcome, written] = await write;
      if (ctx && written) this.#loaded.set(ctx, written);
      return [outcome, undefined];
    });
  }

  destroy(key: string): Promise<void> {
    return this.#run('destroy', async (sessions) => {
      if (isKey(key)) await sessions.deleteOne({ _id: hashKey(key) });
      return ['done', undefined];
    });
  }

  /** The payload of a session outside any request, for WebSockets and jobs. */
  load(key: string): Promise<SessionPayload | undefined> {
    return this.#run('load', async (sessions) => {
      const loaded = await this.#find(sessions, key);
      const isOver = (loaded?.cookie._expire ?? Infinity) < Date.now();
      const payload = isOver ? undefined : parsePayload(loaded?.text);
      return [payload ? 'hit' : 'miss', payload];
    });
  }

  /** How many sessions are alive. */
  count(): Promise<number> {
    return this.#run('count', async (sessions) => {
      return ['done', await sessions.countDocuments({ expiresAt: { $gt: new Date() } })];
    });
  }

  /** Ends every session. */
  clear(): Promise<void> {
    return this.#run('clear', async (sessions) => {
      await sessions.deleteMany({});
      return ['done', undefined];
    });
  }

  /** For the start of the app: throws when the database cannot be used, warns when the TTL index is missing. */
  ready(): Promise<void> {
    return this.#run('ready', async (sessions) => {
      const indexes = await sessions.listIndexes().toArray().catch(noneWithoutCollection);
      const hasTtlIndex = indexes.some((index) => 'expiresAt' in index.key && index.expireAfterSeconds === 0);
      if (!hasTtlIndex) process.emitWarning('Sessions have no TTL index: run `npm run migrate:sessions`.');
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

  async #find(sessions: SessionCollection, key: string): Promise<Loaded | undefined> {
    return isKey(key) ? this.#findById(sessions, hashKey(key)) : undefined;
  }

  async #findById(sessions: SessionCollection, id: string): Promise<Loaded | undefined> {
    const document = await sessions.findOne({ _id: id }, READ);
    return document ? this.#open(document) : undefined;
  }

  /** A document that is over or was damaged is no session: its user starts afresh. */
  #open({ data, ...document }: SessionDocument): Loaded | undefined {
    if (!isDated(document) || document.expiresAt.getTime() <= Date.now()) return undefined;
    if (typeof data !== 'string') return undefined;
    return { ...document, text: data, cookie: cookieFields(document.cookie) };
  }

  /** The filter is `_id` alone: for that one the server itself settles concurrent upserts, up to a rare E11000. */
  async #insert(sessions: SessionCollection, draft: Draft): Promise<Outcome<Loaded | undefined>> {
    const createdAt = draft.updatedAt;
    const update = { ...this.#update(draft), $setOnInsert: { createdAt } };
    const upsert = () => sessions.updateOne({ _id: draft._id }, update, { upsert: true });
    const result = await upsert().catch((error) => {
      if (error.code === 11000) return upsert();
      throw error;
    });
    // Where another request was first, its version is not known: this one goes on as if it had loaded nothing.
    return isFound(result) ? ['update', undefined] : ['insert', { ...draft, createdAt, version: 1 }];
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

  #update({ text, cookie, expiresAt, updatedAt }: Draft): object {
    const fields = { data: text, cookie, expiresAt, updatedAt };
    return { $set: fields, $inc: { version: 1 } };
  }

  /** Kept in range: BSON stores an invalid date as 1970, and the TTL index would remove the session at once. */
  #expiry(maxAge: unknown): Date {
    const lifetime = Number.isFinite(maxAge) ? Number(maxAge) : this.#options.ttl;
    return new Date(Math.max(0, Math.min(Date.now() + lifetime, LAST_DATE)));
  }

  async #run<T>(operation: string, work: (sessions: SessionCollection) => Promise<Outcome<T>>): Promise<T> {
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
function isKey(key: unknown): key is string {
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

export function cookieFields(fields: unknown): SessionDocument['cookie'] {
  const { _expire, _maxAge, _session } = Object(fields);
  return {
    ...(typeof _expire === 'number' && { _expire }),
    ...(typeof _maxAge === 'number' && { _maxAge }),
    ...(typeof _session === 'boolean' && { _session }),
  };
}

type Lifetime = Pick<SessionDocument, 'cookie'>;

function isSameLifetime({ cookie: one }: Lifetime, { cookie: other }: Lifetime): boolean {
  return one._maxAge === other._maxAge && one._session === other._session;
}

export function parsePayload(text: unknown): SessionPayload | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const payload = JSON.parse(text);
    // koa-session copies property by property: this one would replace the prototype of `ctx.session`.
    Reflect.deleteProperty(payload, '__proto__');
    return Array.isArray(payload) ? undefined : payload;
  } catch {
    return undefined;
  }
}

function toJson(payload: SessionPayload, maxBytes: number): string {
  const text = tryJson(payload);
  const bytes = Buffer.byteLength(text ?? '');
  if (text !== undefined && bytes <= maxBytes) return text;
  const sizeOf = (value: unknown) => tryJson([value])?.length ?? Infinity;
  const sizes = Object.entries(payload).map(([name, value]) => ({ name, size: sizeOf(value) }));
  const largest = sizes.sort((a, b) => b.size - a.size).map(({ name }) => name.slice(0, 50));
  if (text === undefined) throw new SessionStoreError('NOT_JSON', `session.${largest[0]} is not JSON.`);
  const message = `The session has ${bytes} bytes, ${maxBytes} are allowed. Largest: ${largest.slice(0, 3)}.`;
  throw new SessionStoreError('TOO_LARGE', message);
}

/** Nothing for a cycle or a BigInt. The error is not told: a `toJSON` that fails may quote the payload. */
function tryJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Three-way on the top-level properties: what this request changed wins, the rest is as it was found. */
function merge(base: string, theirs: string, mine: string): string {
  const before = parsePayload(base) ?? {};
  const found = parsePayload(theirs) ?? {};
  const wanted = parsePayload(mine) ?? {};
  const changed = Object.keys({ ...before, ...wanted }).filter((name) => !isSame(before[name], wanted[name]));
  const contested = changed.filter((name) => !isSame(before[name], found[name]));
  const properties = contested.filter((name) => !isSame(found[name], wanted[name]));
  if (properties.length > 0 && clashes.hasSubscribers) clashes.publish({ properties });
  const merged = { ...found };
  for (const name of changed) {
    if (name in wanted) merged[name] = wanted[name];
    else delete merged[name];
  }
  return JSON.stringify(merged);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const message = `The session database gave no answer in ${timeout} ms.`;
    const timer = setTimeout(() => reject(new SessionStoreError('TIMEOUT', message)), timeout);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** Code 26, no such collection: the first session makes it. */
function noneWithoutCollection(error: { code?: unknown }): [] {
  if (error.code === 26) return [];
  throw error;
}

/** A server's message may quote the command, and with it the payload: only its code is repeated. */
function toStoreError(operation: string, error: unknown): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  const { name, message, code, codeName = 'an error' } = Object(error);
  const isAnswer = typeof code === 'number' || name === 'MongoServerError';
  const reason = isAnswer ? `MongoDB answered ${codeName} (code ${code})` : message;
  return new SessionStoreError(String(code ?? name), `Session ${operation} failed: ${reason}`);
}
