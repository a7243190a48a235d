// create-koa-mongo-session: mount
import type Koa from 'koa';
import type { Context } from 'koa';
import koaSession, { type CreateSessionOptions } from 'koa-session';
import { unsaved } from './store.ts';

const TWICE = 'There are two session middlewares: call sessions(app) once, and remove any other koa-session.';
const NOT_BEGUN = 'ctx.session was used before the session middleware ran: call sessions(app) earlier.';
const INNER_APP = 'sessions() was called with an app that is mounted in another app: pass the outer one.';
const PLAIN_HTTP = 'This request came over HTTP, but the cookie needs HTTPS: behind a proxy, set app.proxy.';
const TOO_LATE = 'The session began after the response was sent: it has no cookie, so it was not stored.';
const LIFETIME = "ctx.session.maxAge must be a number of milliseconds, or 'session'.";

type Options = Omit<CreateSessionOptions, 'externalKey' | 'beforeSave'> & { key: string };

/** Mounts koa-session. Mistakes that it ignores become errors, and no session is stored whose cookie cannot be sent. */
export function mountSession<State, Custom>(app: Koa<State, Custom>, options: Options): void {
  const { context } = app;
  if (Object.getOwnPropertyDescriptor(context, 'session')) throw new Error(TWICE);
  /** In `ctx` itself: an object that inherits from it, or a copy, has it, too. `undefined` while nothing is loaded. */
  const cameWith = Symbol('session cookie');
  const externalKey = {
    get(ctx: Context): string {
      if (ctx[cameWith] !== undefined) throw new Error(TWICE);
      ctx[cameWith] = ctx.cookies.get(options.key, { signed: options.signed ?? true }) ?? '';
      return ctx[cameWith] as string;
    },
    set(ctx: Context, key: string): void {
      const { headerSent, sessionOptions } = ctx;
      // If nothing was stored, the browser keeps the cookie that it has, also after an earlier `save()`.
      if (!headerSent && !unsaved.has(ctx)) ctx.cookies.set(options.key, key, sessionOptions);
      else if (!headerSent) ctx.res.setHeader('Set-Cookie', cookiesOf(ctx, options.key).others);
    },
  };
  /** Checks before the session is stored: the cookie itself would be refused only afterwards. */
  const beforeSave = (ctx: Context) => {
    if (options.secure && !ctx.cookies.secure) throw new Error(PLAIN_HTTP);
    // This makes koa-session save again at the end, also if the session then is as it was loaded.
    ctx.session.maxAge = ctx.session.maxAge ?? 'session'; // Forgotten at each save, it would become a day.
    const { own, others } = cookiesOf(ctx, options.key);
    if (ctx.headerSent && !own[0] && ctx.session.externalKey !== ctx[cameWith]) throw new Error(TOO_LATE);
    // `regenerate()` has removed the cookie, but the old session is still valid if the store fails now.
    if (!ctx.headerSent && own.join().includes(`${options.key}=;`)) ctx.res.setHeader('Set-Cookie', others);
    if (!Number.isFinite(ctx.session.maxAge) && ctx.session.maxAge !== 'session') throw new Error(LIFETIME);
  };
  const session = koaSession({ ...options, externalKey, beforeSave }, app);

  // koa-session's own property also works in requests without the middleware, where nothing is loaded or stored.
  const property = Object.getOwnPropertyDescriptor(context, 'session');
  const guard = (access: 'get' | 'set') =>
    function (this: object, value?: unknown): unknown {
      if (!(cameWith in this)) throw new Error(NOT_BEGUN);
      return (property?.[access] as ((value: unknown) => unknown) | undefined)?.call(this, value);
    };
  Object.defineProperty(context, 'session', { configurable: false, get: guard('get'), set: guard('set') });

  const keeping = (onerror: Context['onerror']) =>
    function (this: Context, error: Error): void {
      // A listener for `error` may read `ctx.session` in any request: an error in it would end the process.
      if (!(cameWith in this)) this[cameWith] = undefined;
      if (error) keepCookie(this, options.key);
      onerror.call(this, error);
    };
  context.onerror = keeping(context.onerror);
  app.use((ctx: Context, next) => {
    if (ctx.app.context !== context) throw new Error(INNER_APP);
    // On each request, since a package such as koa-onerror may have replaced the handler.
    ctx.onerror = keeping(ctx.onerror);
    return session(ctx, next);
  });
}

/** Koa removes all headers when it answers an error: the session would be stored, but its cookie would be lost. */
function keepCookie(ctx: Context, name: string): void {
  const { end } = ctx.res;
  const { own } = cookiesOf(ctx, name);
  ctx.res.end = (...args: unknown[]) => {
    if (own[0] && !ctx.headerSent) ctx.res.setHeader('Set-Cookie', [...cookiesOf(ctx, name).others, ...own]);
    return Reflect.apply(end, ctx.res, args) as typeof ctx.res;
  };
}

/** The cookies of a response: that of the session with its signature, and others, as the removal of a wrong one. */
function cookiesOf({ res }: Context, name: string) {
  const all = [res.getHeader('Set-Cookie') ?? []].flat().map(String);
  const isOwn = (cookie: string) => /^(=|\.sig=[^;])/.test(cookie.replace(name, ''));
  return { own: all.filter(isOwn), others: all.filter((cookie) => !isOwn(cookie)) };
}
