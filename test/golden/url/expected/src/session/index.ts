// create-koa-mongo-session: session
import { randomBytes } from 'node:crypto';
import Keygrip from 'keygrip';
import type Koa from 'koa';
import { connect } from './connection.ts';
import { mountSession } from './mount.ts';
import { Sessions } from './sessions.ts';

/** The cookie with the key of a session. Another name logs everybody out. */
function cookie() {
  const { NODE_ENV } = process.env;
  const isProduction = NODE_ENV === 'production';
  return {
    // `__Host-` has the browser insist on `secure`, on the path `/` and on no `domain`: drop it to change one of them.
    key: isProduction ? '__Host-koa.sess' : 'koa.sess',
    // Sent with what the site itself asks for, and with links from other sites ('strict': not even with those).
    sameSite: 'lax',
    path: '/',
    // domain: 'example.com', // Subdomains have it, too.
    // Else as the connection is. Behind a proxy that ends TLS, this takes `app.proxy = true`.
    ...(isProduction && { secure: true }),
  };
}

/** A session ends at most 14 days after its last use; in ms. */
export const TTL = 14 * 24 * 60 * 60 * 1000;

/** What `ctx.session` holds: put the properties of your app here. Their values are kept as JSON. */
export interface SessionData {
  user?: string;

  views?: number;
  /** When it began; in ms since 1970. */
  since?: number;
}

/** koa-session's own part of `ctx.session`; its package exports no type for it. */
interface SessionControl {
  readonly isNew: boolean;
  /** The key that the request came with; `regenerate()` does not change what is read here. */
  readonly externalKey: string;
  /** In ms, or until the browser is closed. Set that after `regenerate()`: koa-session keeps it for one save only. */
  maxAge: number | 'session' | undefined;
  save(): Promise<void>;
  /** Moves the session to a new key. Do so at login: a key that was planted before it is then worth nothing. */
  regenerate(): Promise<void>;
}

declare module 'koa' {
  interface ExtendableContext {
    get session(): SessionData & SessionControl;
    /** `null` ends the session: do not read it after that in the same request. */
    set session(session: SessionData | null);
  }
}

const stores = new Set<Sessions>();

/** Mounts sessions: middleware that follows has `ctx.session`. Put what needs no session, such as static files, before. */
export function sessions<State, Context>(app: Koa<State, Context>): Sessions {
  app.keys ??= cookieKeys();
  const store = new Sessions(connect(), { ttl: TTL });
  stores.add(store);
  mountSession(app, {
    ...cookie(),
    maxAge: TTL,
    // A session that is used but not changed is renewed only in the second half of its lifetime.
    renew: true,
    genid: () => randomBytes(32).toString('base64url'),
    store,
  });
  return store;
}

/** Closes what this module opened, and nothing else. */
export async function closeConnections(): Promise<void> {
  await Promise.all([...stores].map((store) => store.close()));
}

/** A signature by an older key stands until the cookie is set again. Made anew alone, it would end with the browser. */
function cookieKeys(): Keygrip {
  const keys = new Keygrip(secrets('APP_KEYS'), 'sha256');
  const index = keys.index.bind(keys);
  keys.index = (data, signature) => Math.min(index(data, signature), 0);
  return keys;
}

/** Comma-separated, so that they can be rotated: the first one is used, and the others are still understood. */
function secrets(name: string): [string, ...string[]] {
  const texts = (process.env[name] ?? '').split(',').map((text) => text.trim());
  const [first, ...rest] = texts.filter((text) => text !== '');
  if (first) return [first, ...rest];
  throw new Error(`${name} is not set: put a key of \`npm run keys:new\` into .env, and load that file.`);
}
