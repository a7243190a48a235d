import Koa, { type Context, type Middleware } from 'koa';
import type { CreateSessionOptions } from 'koa-session';
import type { GeneratedStore } from '../../support/generated.ts';
import { Browser } from '../../support/http.ts';
import { listen } from '../../support/listen.ts';
import type { World } from '../contract/world.ts';
import type { Release } from './releases.ts';

/** Path → function that handles its requests and returns the page. */
export type Routes = Record<string, (ctx: Context) => unknown>;

/** A call of the session middleware to the store, with its arguments. */
export interface Call {
  readonly method: 'get' | 'set' | 'destroy';
  readonly args: readonly unknown[];
}

/** A listening app, and a record of what happened in it. */
export interface Site {
  readonly app: Koa;
  readonly origin: string;
  /** A new browser, without cookies. */
  browser(): Browser;
  /** Errors of the app's `error` event. */
  readonly errors: unknown[];
}

/** Passes all calls on to the store, and records them. */
export class Recorder {
  readonly calls: Call[] = [];
  readonly #work: Promise<unknown>[] = [];
  readonly #store: GeneratedStore;

  constructor(store: GeneratedStore) {
    this.#store = store;
  }

  get(...args: Parameters<GeneratedStore['get']>) {
    return this.#record('get', args, this.#store.get(...args));
  }

  set(...args: Parameters<GeneratedStore['set']>) {
    return this.#record('set', args, this.#store.set(...args));
  }

  destroy(...args: Parameters<GeneratedStore['destroy']>) {
    return this.#record('destroy', args, this.#store.destroy(...args));
  }

  /** Resolves when all calls are done, including those that the middleware did not await. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }

  #record<T>(method: Call['method'], args: readonly unknown[], work: Promise<T>): Promise<T> {
    this.calls.push({ method, args });
    this.#work.push(work);
    return work;
  }
}

/** Serves the routes behind session middleware. */
export async function serve(
  routes: Routes,
  mount: (app: Koa) => Middleware,
  Application: typeof Koa = Koa,
): Promise<Site> {
  const app = new Application();
  app.keys = ['not a secret'];
  const errors: unknown[] = [];
  app.on('error', (error) => errors.push(error));
  app.use(mount(app));
  app.use(async (ctx) => {
    const page = await routes[ctx.path]?.(ctx);
    ctx.body = JSON.stringify(page ?? null);
  });
  const origin = await listen(app);
  return { app, origin, errors, browser: () => new Browser(origin) };
}

export type SessionOptions = Partial<CreateSessionOptions>;

/** Serves the routes with koa-session and a store of the world. */
export async function serveSessions(
  world: World,
  { Application, koaSession }: Release,
  routes: Routes,
  options: SessionOptions = {},
): Promise<Site & { calls: Call[] }> {
  const recorder = new Recorder(world.open());
  const site = await serve(routes, (app) => koaSession({ store: recorder, ...options }, app), Application);
  return { ...site, calls: recorder.calls };
}

/** A store whose database can be made unreachable. */
export function openUnreliable(world: World) {
  const { connection, sessions } = world.modules;
  const database = { isDown: false };
  const reliable = connection.connect();
  const unreliable = {
    collection: async () => {
      if (database.isDown) throw new Error('the database is out of reach');
      return reliable.collection();
    },
    close: () => reliable.close(),
  };
  return { database, store: new sessions.Sessions(unreliable, world.options) };
}
