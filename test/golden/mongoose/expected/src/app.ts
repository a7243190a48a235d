// create-koa-mongo-session: app
import Koa, { type Context, type Next } from 'koa';
import type { MongooseConnection } from './session/connection.ts';
import { sessions } from './session/index.ts';
import type { Sessions } from './session/sessions.ts';

const MAX_FORM_BYTES = 10_000;

type Handler = (ctx: Context) => void | Promise<void>;

export function createApp(connection: MongooseConnection): { app: Koa; store: Sessions } {
  const { TRUST_PROXY } = process.env;
  const app = new Koa();
  app.proxy = TRUST_PROXY === 'true'; // Behind a proxy that ends TLS: its word on scheme and address counts.
  app.use(health); // In front of the sessions, like static files: it needs no database.
  const store = sessions(app, connection);
  const handlers: Record<string, Handler> = {
    'GET /': home,
    'POST /login': logIn,
    'POST /logout': logOut,
  };
  app.use(refuseCrossSite);
  app.use((ctx, next) => (handlers[`${ctx.method} ${ctx.path}`] ?? next)(ctx));
  return { app, store };
}

async function health(ctx: Context, next: Next): Promise<void> {
  if (ctx.path !== '/health') return next();
  ctx.body = 'ok';
}

/** `sameSite` keeps the session from forms on other sites. This also keeps them from logging anyone in. */
async function refuseCrossSite(ctx: Context, next: Next): Promise<void> {
  const isForeign = ['cross-site', 'same-site'].includes(ctx.get('Sec-Fetch-Site'));
  if (ctx.method === 'POST' && isForeign) ctx.throw(403, 'This form is on another site.');
  await next();
}

function home(ctx: Context): void {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  const user = ctx.session.user;
  page(ctx, `<p>Views: ${ctx.session.views}</p>${user === undefined ? loginForm() : logoutForm(user)}`);
}

/** Takes anyone at their word: check a password here. */
async function logIn(ctx: Context): Promise<void> {
  const name = (await readForm(ctx)).get('name');
  if (!name) ctx.throw(400, 'Give a name.');
  ctx.session.user = name;
  await ctx.session.regenerate(); // An id that was known before the login is worth nothing after it.
  seeOther(ctx, '/');
}

function logOut(ctx: Context): void {
  ctx.session = null;
  seeOther(ctx, '/');
}

function page(ctx: Context, content: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><title>Sessions</title>${content}</html>`;
}

const form = (action: string, label: string, fields = '') =>
  `<form method="post" action="${action}">${fields}<button>${label}</button></form>`;

const loginForm = () => form('/login', 'Log in', '<label>Name <input name="name" required></label>');

const logoutForm = (user: string | number) =>
  `<p>Logged in as ${escapeHtml(user)}</p>${form('/logout', 'Log out')}`;

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
  for await (const chunk of ctx.req) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) ctx.throw(413, 'The form is too large.');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
