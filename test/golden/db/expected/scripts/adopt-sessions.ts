// create-koa-mongo-session: adopt
import * as settings from '../src/session/index.ts';
import * as store from '../src/session/store.ts';
import type { SessionDocument, SessionPayload } from '../src/session/types.ts';
import type { Action, Collection, Document, Index, Plan } from './migrate-sessions.ts';

/*
 * Makes sessions that other stores wrote into sessions of this one, so that nobody is logged out. When that is done,
 * this file can go, with the lines of migrate-sessions.ts that name it.
 */

/**
 * The key in the new cookie, made from the id under which the old store kept the session. They are the same but for
 * - koa-generic-session, which put a prefix before the key: `id.replace(/^koa:sess:/, '')`
 * - koa-session-store with koa-session-mongo, whose cookie holds JSON: `JSON.stringify({ _sid: id })`
 */
function toKey(id: string): string {
  return id;
}

/** How another store keeps a session. */
interface Layout {
  readonly store: string;
  /** What its documents have; `expiresAt` they have not. */
  readonly filter: object;
  /** As an object, or as JSON. */
  readonly content: (document: Document) => unknown;
  /** The session ends this long (in ms) after the date, unless a TTL index on the date says otherwise. */
  readonly date: 'updatedAt' | 'expires' | 'ttl';
  readonly lifetime: number;
}

const STRING = { $type: 'string' };
const DATE = { $type: 'date' };

const LAYOUTS: readonly Layout[] = [
  {
    store: 'koa-session-mongo',
    filter: { _id: STRING, blob: STRING, updatedAt: DATE },
    content: ({ blob }) => blob,
    date: 'updatedAt',
    lifetime: settings.TTL,
  },
  {
    store: 'koa-session-mongoose',
    filter: { _id: STRING, data: { $type: 'object' }, updatedAt: DATE },
    content: ({ data }) => data,
    date: 'updatedAt',
    lifetime: settings.TTL,
  },
  {
    store: 'koa-session-mongoose 1',
    filter: { sid: STRING, blob: STRING, updatedAt: DATE },
    content: ({ blob }) => blob,
    date: 'updatedAt',
    lifetime: settings.TTL,
  },
  {
    store: 'connect-mongo',
    filter: { _id: STRING, session: { $type: ['string', 'object'] }, expires: DATE },
    content: ({ session }) => session,
    date: 'expires',
    lifetime: 0,
  },
  {
    store: 'koa-generic-session-mongo',
    filter: { sid: STRING, ttl: DATE },
    content: ({ _id, sid, ttl, ...content }) => content,
    date: 'ttl',
    lifetime: 0,
  },
];

const BATCH_SIZE = 100;
/** A session is deleted where it was only when no failover can lose it any more where it is now. */
const DURABLE = { writeConcern: { w: 'majority' } };

/** Sessions of other stores in one collection, with the indexes of that collection, become sessions of another. */
export async function planAdoption(
  target: Collection,
  source: Collection,
  indexes: readonly Index[],
): Promise<Plan> {
  const foreigners = { expiresAt: { $exists: false } };
  if ((await source.countDocuments(foreigners)) === 0) return { actions: [], notes: [] };
  const found = await Promise.all(
    LAYOUTS.map(async (layout) => ({
      layout: { ...layout, lifetime: lifetimeOf(layout, indexes) },
      count: await source.countDocuments(foreign(layout)),
    })),
  );
  // Not the difference of two counts: another run may be taking sessions over between them.
  const $nor = LAYOUTS.map(({ filter }) => filter);
  const others = await source.countDocuments({ ...foreigners, $nor });
  const note = `${others} documents of ${source.collectionName} are not sessions of a known store`;
  return {
    actions: found
      .filter(({ count }) => count > 0)
      .map(({ layout, count }) => adoption(target, source, layout, count)),
    notes: others > 0 ? [note] : [],
  };
}

function adoption(target: Collection, source: Collection, layout: Layout, count: number): Action {
  const filter = foreign(layout);
  let vain = 0;
  return {
    what: `take over sessions of ${layout.store} from ${source.collectionName} (${count})`,
    asks: 'the old store cannot read them any more: stop the app that uses it first',
    needs: 'find, insert, update and remove (in the role readWrite)',
    command: { find: source.collectionName, filter },
    async run() {
      const documents = await source.find(filter, { limit: BATCH_SIZE }).toArray();
      if (documents.length === 0) return 0;
      await adopt(target, source, documents, layout);
      // Not how many it moved itself: another run may have been faster.
      const ids = documents.map(({ _id }) => _id);
      const left = await source.countDocuments({ ...filter, _id: { $in: ids } });
      vain = left < ids.length ? 0 : vain + 1;
      if (vain > 10) throw new Error('the old store is still writing: stop the app that uses it');
      return documents.length;
    },
  };
}

/** Writes, then deletes: cut off between the two, the next run finds the session in both places and goes on. */
async function adopt(
  target: Collection,
  source: Collection,
  documents: readonly Document[],
  layout: Layout,
): Promise<void> {
  const pairs = documents.map((document) => ({ document, session: toSession(document, layout) }));
  const writes = pairs.flatMap(({ session }) => (session ? [insertion(session), replacement(session)] : []));
  if (writes.length > 0) await target.bulkWrite(writes, DURABLE);
  const ends = pairs.map(({ document, session }) => (session ? removal : ending)(document, layout));
  await source.bulkWrite(ends, DURABLE);
}

function insertion({ _id, ...fields }: SessionDocument) {
  return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
}

/** Of two states of one session the later one counts. */
function replacement({ _id, createdAt: _createdAt, version: _version, ...fields }: SessionDocument) {
  const filter = { _id, updatedAt: { $lt: fields.updatedAt } };
  return { updateOne: { filter, update: { $set: fields, $inc: { version: 1 } } } };
}

/** In no other state than the one that was read. */
function removal(document: Document, { date }: Layout) {
  const { _id, [date]: then } = document;
  return { deleteOne: { filter: { _id, [date]: then } } };
}

/** What cannot be read, being encrypted or damaged, is left as it is until its time is over. */
function ending(document: Document, layout: Layout) {
  const { _id } = document;
  const expiresAt = endOf(document, layout);
  return { updateOne: { filter: { _id }, update: { $set: { expiresAt } } } };
}

/** Nothing when its content cannot be read, or is none that the store would take. */
function toSession(document: Document, layout: Layout): SessionDocument | undefined {
  const content = readContent(layout.content(document));
  try {
    return content && convert(document, content, layout);
  } catch (error) {
    if (error instanceof store.SessionStoreError) return undefined;
    throw error;
  }
}

function convert(document: Document, content: SessionPayload, layout: Layout): SessionDocument {
  const { _id: id, sid = id } = document;
  const end = endOf(document, layout);
  const { data, cookie } = splitContent(content, end);
  const updatedAt = writeOf(document) ?? guessWrite(end, cookie._maxAge);
  const _id = store.hashKey(toKey(String(sid)));
  const text = JSON.stringify(data);
  return {
    _id,
    data: text,
    cookie,
    expiresAt: end,
    createdAt: updatedAt,
    updatedAt,
    version: 1,
  };
}

/** Not what kruptein encrypted for connect-mongo, though that is JSON, too. */
function readContent(content: unknown): SessionPayload | undefined {
  const payload = store.parsePayload(typeof content === 'string' ? content : JSON.stringify(content));
  return payload && 'ct' in payload && 'hmac' in payload ? undefined : payload;
}

interface Content {
  readonly data: SessionPayload;
  readonly cookie: SessionDocument['cookie'];
}

/** koa-session keeps the lifetime in fields of its own; express-session and koa-generic-session, as a cookie. */
function splitContent(content: SessionPayload, end: Date): Content {
  const { cookie, ...rest } = content;
  if (isWebCookie(cookie)) {
    const { maxAge, originalMaxAge = maxAge } = cookie;
    if (typeof originalMaxAge !== 'number') return { data: rest, cookie: { _session: true } };
    return { data: rest, cookie: { _maxAge: originalMaxAge, _expire: end.getTime() } };
  }
  const { _expire, _maxAge, _session, ...data } = content;
  return { data, cookie: store.cookieFields({ _expire, _maxAge, _session }) };
}

function isWebCookie(value: unknown): value is { maxAge?: unknown; originalMaxAge?: unknown } {
  return typeof value === 'object' && value !== null && ('originalMaxAge' in value || 'httpOnly' in value);
}

function endOf(document: Document, { date, lifetime }: Layout): Date {
  return new Date(Number(document[date]) + lifetime);
}

function writeOf({ updatedAt, lastModified }: Document): Date | undefined {
  return [updatedAt, lastModified].find((date): date is Date => date instanceof Date);
}

/** Never later than now, though the old store may have kept sessions for longer than this one does. */
function guessWrite(end: Date, lifetime = settings.TTL): Date {
  return new Date(Math.min(end.getTime() - lifetime, Date.now()));
}

function lifetimeOf({ date, lifetime }: Layout, indexes: readonly Index[]): number {
  const seconds = indexes.find(({ key }) => Object.keys(key).join() === date)?.expireAfterSeconds;
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : lifetime;
}

function foreign({ filter }: Layout): object {
  return { ...filter, expiresAt: { $exists: false } };
}
