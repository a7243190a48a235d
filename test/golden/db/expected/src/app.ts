// create-koa-mongo-session: app
import Koa, { type Context } from 'koa';
import type { SessionDatabase } from './session/connection.ts';
import { sessions, TTL } from './session/index.ts';
import type { Sessions } from './session/sessions.ts';

const MAX_FORM_BYTES = 10_000;

/** Tests pass `keys`, which sign the session cookie. Otherwise, APP_KEYS holds them. */
export function createApp(
  database: SessionDatabase,
  { keys }: { keys?: string[] } = {},
): { app: Koa; store: Sessions } {
  const { TRUST_PROXY } = process.env;
  const app = new Koa({ proxy: TRUST_PROXY === 'true', ...(keys && { keys }) });
  // Before the sessions, where static files belong, too: no session is read for these requests.
  app.use((ctx, next) => {
    switch (ctx.path) {
      case '/health':
        return health(ctx);
      case '/ready':
        return ready(ctx, store);
      default:
        return next();
    }
  });
  const store = sessions(app, database);
  app.use((ctx, next) => {
    refuseCrossSite(ctx);
    // The answer to HEAD is that to GET, from which Koa leaves out the body.
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    switch (`${method} ${ctx.path}`) {
      case 'GET /':
        return home(ctx);
      case 'POST /login':
        return logIn(ctx);
      case 'POST /logout':
        return logOut(ctx);
      default:
        return next();
    }
  });
  return { app, store };
}

/** Tells whether the process responds. If it does not, restart it. */
function health(ctx: Context): void {
  ctx.body = 'ok';
}

/** Tells whether the database responds, too. If it does not, send no requests here. */
async function ready(ctx: Context, store: Sessions): Promise<void> {
  try {
    await store.ready();
    ctx.body = 'ready';
  } catch {
    ctx.status = 503;
    ctx.body = 'The session database cannot be used.';
  }
}

/** Because of `sameSite`, forms on other sites have no session. This also keeps them from logging anyone in. */
function refuseCrossSite(ctx: Context): void {
  const isForeign = ['cross-site', 'same-site'].includes(ctx.get('Sec-Fetch-Site'));
  if (ctx.method === 'POST' && isForeign) ctx.throw(403, 'Forms on other sites are not accepted.');
}

function home(ctx: Context): void {
  const { session } = ctx;
  session.views = (session.views ?? 0) + 1;
  session.since ??= Date.now();
  // Each view changes the session, which renews it for its whole lifetime.
  const until = Date.now() + TTL;
  const user = session.user;
  const facts = [
    `Views: ${session.views}`,
    user === undefined ? 'Not logged in' : `Logged in as ${escapeHtml(user)}`,
    `Since ${timeOf(session.since)}`,
    `Until ${timeOf(until)}, if not used before`,
  ];
  page(ctx, 'Your session', list(facts) + (user === undefined ? loginForm() : userForms()));
}

/** This example accepts any name: check a password here. */
async function logIn(ctx: Context): Promise<void> {
  const name = (await readForm(ctx)).get('name');
  if (!name) ctx.throw(400, 'Enter a name.');
  // The properties of a guest are kept. Those of another user are not.
  if (ctx.session.user !== undefined) ctx.session = {};
  ctx.session.user = name;
  ctx.session.since = Date.now(); // The session under the new key begins now.
  await ctx.session.regenerate(); // A key that was known before the login is useless after it.
  seeOther(ctx, '/');
}

function logOut(ctx: Context): void {
  ctx.session = null;
  seeOther(ctx, '/');
}

const STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { max-width: 32rem; margin: 0 auto; padding: 2rem 1rem; }
  ul { padding: 0; list-style: none; border-top: 1px solid light-dark(#ccc, #555); }
  li { padding: 0.5rem 0; border-bottom: 1px solid light-dark(#ccc, #555); overflow-wrap: anywhere; }
  form { margin: 1rem 0; }
  input, button { font: inherit; padding: 0.4rem 0.8rem; margin: 0.2rem 0; max-width: 100%; box-sizing: border-box; }
  footer { margin-top: 3rem; font-size: 0.9rem; color: light-dark(#555, #aaa); }`;

function page(ctx: Context, title: string, content: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'html';
  ctx.body = `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}
</style>
<h1>${title}</h1>
${content}
<footer>To change this page, edit <code>src/app.ts</code>.</footer>
</html>
`;
}

const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

const form = (action: string, label: string, fields = '') =>
  `<form method="post" action="${action}">${fields}<button>${label}</button></form>`;

const loginForm = () => form('/login', 'Log in', '<label>Name <input name="name" required></label> ');

const userForms = () => form('/logout', 'Log out');

/** 2026-02-03 04:05 UTC */
function timeOf(time: number | Date): string {
  const iso = new Date(time).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

const escapeHtml = (text: string | number) =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function seeOther(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
}

async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (!ctx.is('urlencoded')) ctx.throw(415, 'Send a form.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) ctx.throw(413, 'The form is too large.');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
