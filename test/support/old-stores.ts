import { ObjectId } from 'mongodb';
import type { Stored } from '../migrate/project.ts';

/** In ms. */
export const DAY = 24 * 60 * 60 * 1000;
export const NOW = Date.now();
const YESTERDAY = new Date(NOW - DAY);

/** A session of another store; `key` is the value of the cookie, `data` the session data of the app. */
export interface OldSession {
  readonly store: string;
  readonly key: string;
  readonly document: Stored;
  readonly index: { readonly field: string; readonly ttl: number };
  readonly data: Record<string, unknown>;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
  readonly cookie: Record<string, unknown>;
}

const WEEK = { _expire: NOW + 6 * DAY, _maxAge: 7 * DAY };
const data = { userId: 7, 'a.b': { $set: 1 } };

export const OLD_SESSIONS: readonly OldSession[] = [
  {
    store: 'koa-session-mongo',
    key: 'k1',
    document: { _id: 'k1', blob: JSON.stringify(data), updatedAt: YESTERDAY },
    index: { field: 'updatedAt', ttl: 3 * 24 * 60 * 60 },
    data,
    updatedAt: YESTERDAY,
    expiresAt: new Date(NOW + 2 * DAY),
    cookie: {},
  },
  {
    store: 'koa-session-mongoose',
    key: 'k2',
    document: { _id: 'k2', __v: 0, data: { userId: 7, at: YESTERDAY, ...WEEK }, updatedAt: YESTERDAY },
    index: { field: 'updatedAt', ttl: 7 * 24 * 60 * 60 },
    data: { userId: 7, at: YESTERDAY.toISOString() },
    updatedAt: YESTERDAY,
    expiresAt: new Date(NOW + 6 * DAY),
    cookie: WEEK,
  },
  {
    store: 'koa-session-mongoose 1',
    key: 'k3',
    document: {
      _id: new ObjectId(),
      sid: 'k3',
      blob: JSON.stringify({ ...data, ...WEEK }),
      updatedAt: YESTERDAY,
    },
    index: { field: 'updatedAt', ttl: 7 * 24 * 60 * 60 },
    data,
    updatedAt: YESTERDAY,
    expiresAt: new Date(NOW + 6 * DAY),
    cookie: WEEK,
  },
  {
    store: 'connect-mongo',
    key: 'k4',
    document: {
      _id: 'k4',
      session: JSON.stringify({ cookie: { originalMaxAge: 7 * DAY, httpOnly: true, path: '/' }, ...data }),
      expires: new Date(NOW + 6 * DAY),
    },
    index: { field: 'expires', ttl: 0 },
    data,
    updatedAt: YESTERDAY,
    expiresAt: new Date(NOW + 6 * DAY),
    cookie: WEEK,
  },
  {
    store: 'connect-mongo',
    key: 'k5',
    document: {
      _id: 'k5',
      session: { cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, userId: 7 },
      expires: new Date(NOW + 6 * DAY),
      lastModified: YESTERDAY,
    },
    index: { field: 'expires', ttl: 0 },
    data: { userId: 7 },
    updatedAt: YESTERDAY,
    expiresAt: new Date(NOW + 6 * DAY),
    cookie: { _session: true },
  },
  {
    store: 'koa-generic-session-mongo',
    key: 'k6',
    document: {
      _id: new ObjectId(),
      sid: 'k6',
      ttl: new Date(NOW + 6 * DAY),
      cookie: { httpOnly: true, path: '/', overwrite: true, signed: true, maxAge: 7 * DAY },
      userId: 7,
    },
    index: { field: 'ttl', ttl: 0 },
    data: { userId: 7 },
    updatedAt: YESTERDAY,
    expiresAt: new Date(NOW + 6 * DAY),
    cookie: WEEK,
  },
];

/** A document of koa-session-mongoose, last written a day ago. */
export function fromMongoose(key: string, data: object): Stored {
  return { _id: key, data, updatedAt: YESTERDAY };
}
