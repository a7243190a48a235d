// create-koa-mongo-session: types
/** A session as it is kept in MongoDB. */
export interface SessionDocument {
  /** SHA-256 of the session key, so that a copy of the database holds no usable cookie. */
  _id: string;
  /** The payload as JSON text, encrypted: key id, IV, tag and ciphertext, one after the other. */
  data: Buffer;
  /** koa-session's own fields (times in ms), which have to come back as they went in. */
  cookie: { _expire?: number; _maxAge?: number; _session?: boolean };
  /** The session is over from here on; a TTL index on this date removes it some time later. */
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
  /** Counts the changes of payload and lifetime; a touch is none. */
  version: number;
  /** Whose session it is, not encrypted; absent while nobody is logged in. */
  user?: string;
}

/** The part of a collection that the store uses: it fits every copy of the driver, Mongoose's too. */
export interface SessionCollection {
  findOne(filter: object, options?: object): Promise<SessionDocument | null>;
  find(filter: object, options?: object): { toArray(): Promise<SessionDocument[]> };
  updateOne(filter: object, update: object, options?: object): Promise<UpdateResult>;
  deleteOne(filter: object): Promise<{ deletedCount: number }>;
  deleteMany(filter: object): Promise<unknown>;
  countDocuments(filter: object): Promise<number>;
  listIndexes(): { toArray(): Promise<{ key: object; expireAfterSeconds?: number }[]> };
}

export interface UpdateResult {
  acknowledged: boolean;
  matchedCount: number;
}

/** Asked for the collection at each use, so that a failed connection is tried again and not remembered. */
export interface SessionConnection {
  collection(): Promise<SessionCollection>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Lifetime of an idle session in ms, where the session middleware passes none. */
  ttl: number;
  /** A session ends this many ms after it began, however active it is. */
  absoluteTtl: number;
  /** An unchanged session is renewed at most once in this many ms. */
  touchAfter: number;
  /** The property of the session that names its user, by a string or a number. */
  userKey: string;
  /** Keys of 32 bytes: the first encrypts, each can decrypt. */
  encryptionKeys: readonly [Buffer, ...Buffer[]];
  /** Largest payload in bytes: 1 MiB unless given. */
  maxBytes?: number;
  /** Longest wait for the database in ms: 10 s unless given. */
  timeout?: number;
}

export type SessionPayload = Record<string, unknown>;

/** One of a user's sessions; it holds no key. */
export interface UserSession {
  current: boolean;
  payload: SessionPayload;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
}
