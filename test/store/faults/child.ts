import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import Koa from 'koa';
import type { Settings } from '../../../src/core/answers/settings.ts';
import type { GeneratedModules } from '../../support/generated.ts';

/** Sent by the parent: the compiled index of the generated modules, and the address of the database. */
export interface Start {
  index: string;
  style: Settings['connection']['style'];
  /** With the name of the database. The style `url` takes it from the environment, as usual. */
  url: string;
}

/** Sent to the parent. */
export type Message = { origin: string } | 'at the gate';

/** The connection of the app, in the styles in which the app has one. */
interface Own {
  source?: unknown;
  close(): Promise<void>;
}

/**
 * An app in its own process. It closes its connections when the parent disconnects, and then has to end on its own:
 * nothing here calls `process.exit`. An unhandled rejection ends it with another exit code.
 */
const { index, style, url } = JSON.parse(process.argv[2] ?? '') as Start;
const { sessions, closeConnections }: GeneratedModules['index'] = await import(pathToFileURL(index).href);

const tell = (message: Message) => process.send?.(message);

const openers: Record<Start['style'], () => Promise<Own>> = {
  url: async () => ({ close: closeConnections }),
  host: async () => ({ close: closeConnections }),
  db: async () => {
    const { MongoClient } = await import('mongodb');
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 2000 });
    return { source: client.db(), close: () => client.close() };
  },
  mongoose: async () => {
    const { default: mongoose } = await import('mongoose');
    const connection = mongoose.createConnection();
    await connection.openUri(url, { serverSelectionTimeoutMS: 2000 });
    return { source: connection, close: () => connection.close() };
  },
};

const own = await openers[style]();
const app = new Koa();
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = 500;
    ctx.body = String(error);
  }
});
app.use((ctx, next) => {
  if (ctx.path !== '/free') return next();
  ctx.body = 'needs no session';
});
sessions(app, own.source);
app.use(async (ctx) => {
  if (ctx.path === '/slow') {
    tell('at the gate');
    await once(process, 'message');
  }
  if (ctx.path === '/logout') ctx.session = null;
  else if (ctx.path === '/login') await logIn(ctx);
  else if (ctx.method === 'POST') Object.assign(ctx.session, ctx.query);
  ctx.body = ctx.session;
});

async function logIn(ctx: Koa.Context): Promise<void> {
  ctx.session.user = 'ann';
  await ctx.session.regenerate();
}

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
tell({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

process.once('disconnect', async () => {
  server.close();
  server.closeAllConnections();
  await own.close();
});
