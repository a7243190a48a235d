import { randomBytes } from 'node:crypto';
import { type Document, ObjectId } from 'mongodb';
import type { Adoption } from './new-app.ts';

/** In ms. */
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

/** Sessions as an old store keeps them, without the app that wrote them. */
export interface Layout {
  readonly settings: Adoption;
  /** The value of the cookie for the session `name`. */
  key(name: string): string;
  /** A document that was last written at the given date, by a store whose sessions live for `OLD_LIFETIME`. */
  document(name: string, data: object, writtenAt: Date): Document;
  /** The TTL index of the old store. */
  readonly index: Readonly<Record<string, 1>>;
  readonly expireAfterSeconds: number;
}

/** In ms. */
export const OLD_LIFETIME = 7 * DAY;
const expireAfterSeconds = OLD_LIFETIME / 1000;

export const LAYOUTS: readonly Layout[] = [
  {
    settings: { adopt: { store: 'koa-session-mongo', collection: 'sessions' }, cookieName: 'koa:sess' },
    key: (name) => `{"_sid":"${name}"}`,
    document: (name, data, updatedAt) => ({ _id: name, blob: JSON.stringify(data), updatedAt }),
    index: { updatedAt: 1 },
    expireAfterSeconds,
  },
  {
    settings: { adopt: { store: 'koa-session-mongoose', collection: 'sessions' }, cookieName: 'koa.sess' },
    key: (name) => name,
    document: (name, data, updatedAt) => ({ _id: name, data, updatedAt }),
    index: { updatedAt: 1 },
    expireAfterSeconds,
  },
  {
    settings: { adopt: { store: 'koa-session-mongoose@1', collection: 'sessions' }, cookieName: 'koa.sid' },
    key: (name) => name,
    document: (name, data, updatedAt) => ({
      _id: bornAt(updatedAt),
      sid: `koa:sess:${name}`,
      blob: JSON.stringify({ ...data, cookie: { maxAge: OLD_LIFETIME, signed: true } }),
      updatedAt,
    }),
    index: { updatedAt: 1 },
    expireAfterSeconds,
  },
  {
    settings: {
      adopt: { store: 'koa-generic-session-mongo', collection: 'sessions' },
      cookieName: 'koa.sid',
    },
    key: (name) => name,
    document: (name, data, writtenAt) => ({
      _id: bornAt(writtenAt),
      sid: `koa:sess:${name}`,
      ttl: new Date(writtenAt.getTime() + OLD_LIFETIME),
      cookie: { maxAge: OLD_LIFETIME, signed: true },
      ...data,
    }),
    index: { ttl: 1 },
    expireAfterSeconds: 0,
  },
];

const bornAt = (date: Date) =>
  new ObjectId(Math.floor(date.getTime() / 1000).toString(16) + randomBytes(8).toString('hex'));
