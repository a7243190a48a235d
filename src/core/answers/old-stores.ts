import { oneOf } from './choices.ts';
import type { Parsed } from './parsed.ts';
import type { Packages, ProjectFacts } from './project-facts.ts';

/** The stores whose sessions can be taken over, and the middleware that each was used with. */
export const OLD_STORES = {
  'koa-session-mongo': 'under koa-session-store',
  'koa-session-mongoose': 'version 2 or 3, under koa-session',
  'koa-session-mongoose@1': 'under koa-session-store or koa-generic-session',
  'koa-generic-session-mongo': 'under koa-generic-session',
} as const;

export type OldStore = keyof typeof OLD_STORES;

export const isOldStore = (answer: unknown): answer is OldStore =>
  typeof answer === 'string' && Object.hasOwn(OLD_STORES, answer);

/** Stores of express-session, which users may expect here. */
const EXPRESS_STORES: readonly unknown[] = ['connect-mongo', 'connect-mongodb-session'];

export function parseOldStore(answer: unknown): Parsed<OldStore> {
  if (EXPRESS_STORES.includes(answer)) {
    return {
      problem:
        'cannot be a store of express-session: Koa never accepts its cookies, so its users have to log in again',
    };
  }
  return oneOf(OLD_STORES)(answer);
}

/**
 * The old store that a project uses. Its middleware says nothing: it may have a store in Redis, or none. But the cookies
 * of koa-session-minimal are not signed, and none is accepted.
 */
export function oldStoreIn(packages: Packages): OldStore | undefined {
  if ('koa-session-minimal' in packages) return undefined;
  const store = Object.keys(OLD_STORES).find((name) => name in packages);
  return isOldStore(store) ? ofVersion(store, packages) : undefined;
}

/** Version 1 of koa-session-mongoose stored sessions in a different format than later ones. */
export const ofVersion = (store: OldStore, packages: Packages): OldStore =>
  store === 'koa-session-mongoose' && majorOf(packages[store]) <= 1 ? 'koa-session-mongoose@1' : store;

/** The name that the app gives its cookie, otherwise the default in the middleware of an old store. */
export function oldCookieName(
  store: OldStore,
  { packages, oldCookie }: Pick<ProjectFacts, 'packages' | 'oldCookie'>,
): string {
  if (oldCookie !== undefined) return oldCookie;
  if (store === 'koa-session-mongo') return 'koa:sess';
  if (store === 'koa-session-mongoose')
    return majorOf(packages['koa-session']) <= 5 ? 'koa:sess' : 'koa.sess';
  if (store === 'koa-generic-session-mongo') return 'koa.sid';
  return 'koa-generic-session' in packages ? 'koa.sid' : 'koa:sess';
}

/** The major version of a range such as `^5.10.0`; NaN if it names none. */
const majorOf = (range = ''): number => Number(/\d+/.exec(range)?.[0] ?? Number.NaN);
