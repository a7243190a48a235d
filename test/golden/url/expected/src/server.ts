// create-koa-mongo-session: server
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createApp } from './app.ts';
import { openClient } from './session/connection.ts';
import { closeConnections } from './session/index.ts';
import type { Sessions } from './session/sessions.ts';

/** How long requests in progress may take when the server is told to stop, in ms. `docker stop` kills it after 10 s. */
const DRAIN_TIME = 7000;

/** This server speaks plain HTTP. Without a proxy, each request that begins a session would fail. */
const PROXY_HELP = `with NODE_ENV=production the session cookie is sent over HTTPS only.
Put a proxy that terminates TLS in front, such as nginx or a load balancer, and set TRUST_PROXY=true.`;

const MONGODB_HELP = `If it is not running yet, start it on this machine:
  docker compose up -d --wait
  npx mongodb-runner start -- --port 27017`;

start().catch((error: unknown) => {
  // A plain Error says what to do. Any other error is a bug, and its stack shows where.
  const isPlain = error instanceof Error && error.constructor === Error;
  console.error('Cannot start:', isPlain ? error.message : error);
  process.exit(1);
});

async function start(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile();
  const { PORT = '3000', NODE_ENV } = process.env;
  const port = parsePort(PORT);
  const { app, store } = createApp();
  if (NODE_ENV === 'production' && !app.proxy) throw new Error(PROXY_HELP);
  await checkDatabase(store);
  const server = app.listen(port);
  const open = trackOpen(server);
  // Longer than proxies keep an idle connection, often 60 s: otherwise, one may send a request while it is closed.
  server.keepAliveTimeout = 65_000;
  await listening(server);
  stopOnSignal(async () => {
    await drain(server, open);
    await closeConnections();
    process.exit(); // A WebSocket may still be open.
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`PORT is "${text}": it must be a whole number from 0 to 65535.`);
}

async function checkDatabase(store: Sessions): Promise<void> {
  try {
    await store.ready();
  } catch (error) {
    const { message } = error as Error;
    const what = `the MongoDB at ${databaseAddress()} cannot be used (${message}).`;
    throw new Error(`${what}\n${MONGODB_HELP}`, { cause: error });
  }
}

async function listening(server: Server): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${message}. Set PORT to use another port.`, { cause: error });
  }
  console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`);
}

/** The first SIGINT or SIGTERM lets requests finish; a second one ends the process at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const handle = () => {
    // Not within a second: on Ctrl-C, npm forwards the signal that the terminal has already sent to the server.
    if (since !== undefined && Date.now() - since > 1000) process.exit(1);
    if (since !== undefined) return;
    since = Date.now();
    // Then the process ends even if something cannot be closed.
    setTimeout(() => process.exit(1), DRAIN_TIME + 2000).unref();
    stop().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  };
  process.on('SIGINT', handle).on('SIGTERM', handle);
}

/** The open connections, each with its last response. Node does not count one without a request as idle. */
function trackOpen(server: Server): Map<Socket, ServerResponse | undefined> {
  const open = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }, response) => open.set(socket, response));
  return open;
}

/** Accepts no new connections, and closes the open ones: idle ones at once, others after their request. */
async function drain(server: Server, open: ReturnType<typeof trackOpen>): Promise<void> {
  const closed = once(server, 'close', { signal: AbortSignal.timeout(DRAIN_TIME) });
  server.close();
  // Otherwise, proxies would go on sending requests. Koa removes headers when it answers an error.
  const closeAfter = (response: ServerResponse) => Object.assign(response, { shouldKeepAlive: false });
  for (const response of open.values()) if (response) closeAfter(response);
  server.prependListener('request', (_request, response) => closeAfter(response));
  const idle = setInterval(() => {
    // Node also counts those as idle whose response has ended, but is still being sent.
    const isSending = [...open.values()].some((each) => each?.writableEnded && !each.writableFinished);
    if (!isSending) server.closeIdleConnections();
    for (const [socket, response] of open) if (!response && socket.bytesRead === 0) socket.destroy();
  }, 100);
  await closed.catch(() => server.closeAllConnections());
  clearInterval(idle);
}

/** For messages: contains no credentials. */
function databaseAddress(): string {
  const { hosts, srvHost } = openClient().options;
  return srvHost ?? hosts.join(', ');
}
