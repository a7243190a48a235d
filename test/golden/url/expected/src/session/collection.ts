// create-koa-mongo-session: collection
import { SessionStoreError } from './errors.ts';
import type { Index } from './indexes.ts';

/** A session as it is kept in MongoDB. */
export interface SessionDocument {
  /** SHA-256 of the session key, so that a copy of the database holds no usable cookie. */
  _id: string;
  /** The payload as JSON text: no property name in it can be taken for an operator or a path. */
  data: string;
  /** koa-session's own fields; times in ms. An end without `_maxAge`: the lifetime is that of the settings. */
  cookie: { _expire?: number; _maxAge?: number; _session?: boolean };
  /** The session is over from here on; a TTL index on this date removes it some time later. */
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
  /** Counts the changes of payload and lifetime; a touch is none. */
  version: number;
}

/** The part of a collection that the store uses: it fits every copy of the driver, Mongoose's too. */
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

/** Asked for the collection at each use, so that a failed connection is tried again and not remembered. */
export interface SessionConnection {
  collection(): Promise<SessionCollection>;
  close(): Promise<void>;
}

/** Plain values, from the primary, whatever the connection prefers: a secondary may hold what was destroyed. */
export const READ = { readPreference: 'primary', raw: false, promoteValues: true } as const;
/** Else a failover could bring a session back whose end was acknowledged, where the connection asks for `w: 1`. */
export const DURABLE = { writeConcern: { w: 'majority' } };

/** A type is met by an array of it, too. */
const is = (...types: string[]) => ({ $type: types, $not: { $type: 'array' } });
/** What sessions of this store are known by. Others may keep their documents in the same collection. */
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
  /** Options of a command, and the time that is left: the server ends what takes longer. Throws when there is none. */
  readonly limits: (options?: object) => object;
}

/** Whether there is such a document. */
export async function updateOne(operation: Operation, filter: object, update: object, upsert = false) {
  const options = operation.limits({ upsert });
  const { acknowledged, matchedCount } = await operation.sessions.updateOne(filter, update, options);
  if (acknowledged) return matchedCount > 0;
  // It tells nothing: a conflict and a logout would both look like success.
  throw new SessionStoreError('UNACKNOWLEDGED', 'Sessions need a write concern other than w=0.');
}
