// create-koa-mongo-session: session
import { randomBytes } from 'node:crypto';
import Keygrip from 'keygrip';
import type Koa from 'koa';
import { connect, type MongooseConnection } from './connection.ts';
import { mountSession } from './mount.ts';
import { Sessions } from './sessions.ts';

/** The properties of `ctx.session`: declare those of your app here. Their values are stored as JSON. */
export interface SessionData {
  views?: number;

  user?: string;

  /** When the session began, in ms since 1970. */
  since?: number;
}

/** The cookie that holds the session key. A change of its name logs everybody out. */
function cookie() {
  const { NODE_ENV } = process.env;
  const isProduction = NODE_ENV === 'production';
  return {
    // With `__Host-`, browsers require `secure`, the path `/` and no `domain`. Drop the prefix to change one of these.
    key: isProduction ? '__Host-koa.sess' : 'koa.sess',
    // Not sent with requests from other sites, except when a link is followed ('strict': not even then).
    sameSite: 'lax',
    path: '/',
    // If not set, `secure` follows the connection. Behind a proxy that terminates TLS, set `app.proxy = true`.
    ...(isProduction && { secure: true }),
    // ...(isProduction && { domain: 'example.com' }), // Also sent to subdomains.
  };
}

/** A session ends at most 14 days after its last use; in ms. */
export const TTL = 14 * 24 * 60 * 60 * 1000;

/** koa-session's own part of `ctx.session`; its package exports no type for it. */
export interface SessionControl {
  readonly isNew: boolean;
  /** The key of the session; in a request that calls `regenerate()`, still the old one. */
  readonly externalKey: string;
  /** In ms. `'session'` lasts until the browser is closed. */
  maxAge: number | 'session' | undefined;
  save(): Promise<void>;
  /** Moves the session to a new key. Call it at login: a key that was planted before is then useless. */
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

/** Gives `ctx.session` to all middleware that is added later. Static files need no session and can come before it. */
export function sessions<State, Context>(app: Koa<State, Context>, connection: MongooseConnection): Sessions {
  app.keys ??= cookieKeys();
  const store = new Sessions(connect(connection), { ttl: TTL });
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

/** The index is 0 for old keys, too: otherwise, Koa would renew the signature alone, until the browser is closed. */
function cookieKeys(): Keygrip {
  const keys = new Keygrip(secrets('APP_KEYS'), 'sha256');
  const index = keys.index.bind(keys);
  keys.index = (data, signature) => Math.min(index(data, signature), 0);
  return keys;
}

/** Comma-separated, so that they can be rotated: the first one is used, and the others are still accepted. */
function secrets(name: string): [string, ...string[]] {
  const texts = (process.env[name] ?? '').split(',').map((text) => text.trim());
  const [first, ...rest] = texts.filter((text) => text !== '');
  if (first) return [first, ...rest];
  throw new Error(`${name} is not set: put a key from \`npm run keys:new\` into .env, and load that file.`);
}
