// create-koa-mongo-session: mount
import type Koa from 'koa';
import type { Context } from 'koa';
import koaSession, { type CreateSessionOptions } from 'koa-session';

const TWICE = 'This app has session middleware twice: call sessions(app) once, and no koa-session beside it.';
const NOT_BEGUN = 'ctx.session was used where the sessions have not begun: call sessions(app) before that.';
const INNER_APP = 'sessions() was given an app that is mounted in another app: give it the outer one.';
const PLAIN_HTTP = 'This request came over HTTP, but the cookie needs HTTPS: behind a proxy, set app.proxy.';
const TOO_LATE = 'The session was begun after the response: its cookie cannot be sent, so it was not stored.';

type Options = CreateSessionOptions & { key: string };

/** Mounts koa-session such that no request passes by it unnoticed, and none stores a session whose key gets lost. */
export function mountSession<State, Custom>(app: Koa<State, Custom>, options: Options): void {
  const { context } = app;
  if (Object.getOwnPropertyDescriptor(context, 'session')) throw new Error(TWICE);
  const begun = new WeakSet<object>();
  const externalKey = {
    get(ctx: Context): string {
      if (begun.has(ctx)) throw new Error(TWICE);
      begun.add(ctx);
      return ctx.cookies.get(options.key, { signed: options.signed ?? true }) ?? '';
    },
    set(ctx: Context, key: string): void {
      // With the lifetime of this very session.
      const { sessionOptions } = ctx;
      ctx.cookies.set(options.key, key, sessionOptions);
    },
  };
  /** Before anything is stored: the cookie would be refused only after that. */
  const beforeSave = (ctx: Context) => {
    if (options.secure && !ctx.cookies.secure) throw new Error(PLAIN_HTTP);
    if (ctx.headerSent && ctx.session.isNew) throw new Error(TOO_LATE);
    // `regenerate()` has removed the cookie by now, but should the store fail, the old session is still there.
    const cookies = cookiesOf(ctx);
    const others = cookies.filter((cookie) => !isNamed(options.key, cookie));
    const isRemoved = cookies.some((cookie) => cookie.startsWith(`${options.key}=;`));
    if (isRemoved) ctx.res.setHeader('Set-Cookie', others);
  };
  const session = koaSession({ ...options, externalKey, beforeSave }, app);

  // koa-session's own property would answer in any request, also where nothing is loaded and nothing will be stored.
  const own = Object.getOwnPropertyDescriptor(context, 'session');
  const guard = (access: (ctx: object, value?: unknown) => unknown) =>
    function (this: object, value?: unknown): unknown {
      if (!begun.has(this)) throw new Error(NOT_BEGUN);
      return access(this, value);
    };
  const get = guard((ctx) => own?.get?.call(ctx) as unknown);
  const set = guard((ctx, value) => own?.set?.call(ctx, value));
  Object.defineProperty(context, 'session', { configurable: false, get, set });

  const keeping = (onerror: Context['onerror']) =>
    function (this: Context, error: Error): void {
      // A listener to `error` may look at `ctx.session`, wherever it failed: to throw there would end the process.
      begun.add(this);
      if (error) keepCookie(this, options.key);
      onerror.call(this, error);
    };
  context.onerror = keeping(context.onerror);
  app.use((ctx: Context, next) => {
    if (ctx.app.context !== context) throw new Error(INNER_APP);
    // Another one, such as that of koa-onerror, may have taken its place.
    ctx.onerror = keeping(context.onerror);
    return session(ctx, next);
  });
}

/** Koa answers an error without the headers that were set before: the session would be stored, and its key lost. */
function keepCookie(ctx: Context, name: string): void {
  const { end } = ctx.res;
  const kept = cookiesOf(ctx).filter((cookie) => isNamed(name, cookie));
  ctx.res.end = (...args: unknown[]) => {
    const all = new Set([...cookiesOf(ctx), ...kept]);
    if (kept.length > 0 && !ctx.headerSent) ctx.res.setHeader('Set-Cookie', [...all]);
    return Reflect.apply(end, ctx.res, args) as typeof ctx.res;
  };
}

function cookiesOf({ res }: Context): string[] {
  return [res.getHeader('Set-Cookie') ?? []].flat().map(String);
}

/** The cookie, or its signature. */
function isNamed(name: string, cookie: string): boolean {
  return cookie.startsWith(`${name}=`) || cookie.startsWith(`${name}.sig=`);
}
