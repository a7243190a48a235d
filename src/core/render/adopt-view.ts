import type { OldStore } from '../answers/old-stores.ts';
import type { Settings } from '../answers/settings.ts';

/** The values that depend on the old store: how its sessions are read, and its cookie. */
export interface AdoptView {
  /** The package. */
  readonly name: string;
  readonly sessionMongo: boolean;
  readonly mongoose: boolean;
  readonly mongoose1: boolean;
  readonly genericMongo: boolean;
  /** Whether the store kept the payload as JSON text. */
  readonly jsonText: boolean;
  /** How an old session is found, as text for the guide. */
  readonly lookup: string;
  /** Whether the old middleware deletes the cookie of an unknown session. */
  readonly resetsCookie: boolean;
  /** Whether the old middleware parses its cookie as JSON, and fails otherwise. */
  readonly jsonCookie: boolean;
}

export function adoptView({ adopt, cookieName }: Settings): AdoptView {
  const store = adopt?.store;
  const sessionMongo = store === 'koa-session-mongo';
  const mongoose1 = store === 'koa-session-mongoose@1';
  const genericMongo = store === 'koa-generic-session-mongo';
  return {
    name: store?.replace('@', ' ') ?? '',
    sessionMongo,
    mongoose: store === 'koa-session-mongoose',
    mongoose1,
    genericMongo,
    jsonText: sessionMongo,
    lookup: lookupOf(store),
    resetsCookie: genericMongo || (mongoose1 && cookieName === 'koa.sid'),
    jsonCookie: sessionMongo || (mongoose1 && cookieName !== 'koa.sid'),
  };
}

function lookupOf(store: OldStore | undefined): string {
  if (store === 'koa-generic-session-mongo') return '`sid`, which the old store created';
  if (store === 'koa-session-mongoose@1') {
    return '`sid`. The old store created it, unless `autoIndex` of Mongoose was off: check it, and create it if it is missing';
  }
  return '`_id`';
}
