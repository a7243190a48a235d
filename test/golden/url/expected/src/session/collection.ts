// create-koa-mongo-session: collection
import { SessionStoreError } from './errors.ts';
import type { Index } from './indexes.ts';

export interface SessionDocument {
  /** SHA-256 of the session key, so that a copy of the database holds no usable cookie. */
  _id: string;
  /** The payload as JSON text, so that no property name in it can act as an operator or a path. */
  data: string;
  /** koa-session's own fields, and the end after a `touch`; in ms. Without `_maxAge`, the lifetime is `TTL`. */
  cookie: { _expire?: number; _maxAge?: number; _session?: boolean; _touched?: number };
  /** From this date on the session is over. The TTL index removes it some time later. */
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
  /** Counts the changes of payload and lifetime. A touch does not count. */
  version: number;
}

/** The part of a collection that the store uses. The collections of all copies of the driver fit it, Mongoose's too. */
export interface SessionCollection {
  findOne(filter: object, options?: object): Promise<SessionDocument | null>;
  find(filter: object, options?: object): { toArray(): Promise<SessionDocument[]> };
  countDocuments(filter: object, options?: object): Promise<number>;
  updateOne(filter: object, update: object, options?: object): Promise<UpdateResult>;
  deleteOne(filter: object, options?: object): Promise<{ deletedCount: number }>;
  deleteMany(filter: object, options?: object): Promise<unknown>;
  listIndexes(options?: object): { toArray(): Promise<Index[]> };
}

type UpdateResult = Readonly<{ acknowledged: boolean; matchedCount: number }>;

/** The store asks for the collection at each use, so that a failed connection is tried again. */
export interface SessionConnection {
  collection(): Promise<SessionCollection>;
  close(): Promise<void>;
}

/** Overrides the options of the connection. Primary, since a secondary may still have a destroyed session. */
export const READ = { readPreference: 'primary', raw: false, promoteValues: true } as const;
/** Overrides `w: 1` of the connection, with which a failover could bring back a session that was ended. */
export const DURABLE = { writeConcern: { w: 'majority' } };

/** `$type` alone would also match an array of that type. */
const is = (...types: string[]) => ({ $type: types, $not: { $type: 'array' } });
/** Matches the sessions of this store. The collection may hold other documents, too. */
export const OWN: object = {
  _id: is('string'),
  data: is('string', 'binData'),
  version: is('int', 'long', 'double'),
  expiresAt: is('date'),
  createdAt: is('date'),
  updatedAt: is('date'),
};

/** What one call of the store works with. */
export interface Operation {
  readonly sessions: SessionCollection;
  /** Adds the time that is left to the options of a command, as `maxTimeMS`. Throws if there is none. */
  readonly limits: (options?: object) => object;
}

/** Returns whether a document matched. */
export async function updateOne({ sessions, limits }: Operation, filter: object, update: object, extra = {}) {
  const { acknowledged, matchedCount } = await sessions.updateOne(filter, update, limits(extra));
  if (acknowledged) return matchedCount > 0;
  // Without the acknowledgement, a conflict and a logout would both look like success.
  throw new SessionStoreError('UNACKNOWLEDGED', 'Sessions need a write concern other than w=0.');
}
