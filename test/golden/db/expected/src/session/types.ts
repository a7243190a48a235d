// create-koa-mongo-session: types
/** A session as it is kept in MongoDB. */
export interface SessionDocument {
  /** SHA-256 of the session key, so that a copy of the database holds no usable cookie. */
  _id: string;
  /** The payload as JSON text: no property name in it can be taken for an operator or a path. */
  data: string;
  /** koa-session's own fields (times in ms), which have to come back as they went in. */
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
  listIndexes(options?: object): { toArray(): Promise<SessionIndex[]> };
}

export interface UpdateResult {
  acknowledged: boolean;
  matchedCount: number;
}

export interface SessionIndex {
  name?: string | undefined;
  key: object;
  expireAfterSeconds?: number;
  hidden?: boolean;
  sparse?: boolean;
  partialFilterExpression?: object;
}

/** Asked for the collection at each use, so that a failed connection is tried again and not remembered. */
export interface SessionConnection {
  collection(): Promise<SessionCollection>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Lifetime of an idle session in ms, where the session middleware passes none. */
  ttl: number;
  /** Largest payload in bytes: 1 MiB unless given. */
  maxBytes?: number;
  /** Longest wait for the database in ms: 10 s unless given. */
  timeout?: number;
}

export type SessionPayload = Record<string, unknown>;

/** A session that is alive, as an app sees it from outside of its requests; it holds no key. */
export interface StoredSession {
  /** Names the session, and opens it to nobody: it is the hash of its key. */
  id: string;
  payload: SessionPayload;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
}
