import Koa from 'koa';
import type { Db } from 'mongodb';
import type { Settings } from '../../src/core/answers/settings.ts';
import { type GeneratedStore, loadGenerated, PLAIN, STYLES } from '../support/generated.ts';
import { listen } from '../support/listen.ts';
import { OLD_KEYS, ROUTES } from './old-apps.ts';

/** The options for the old store and for the new one. */
export type Adoption = Pick<Settings, 'adopt' | 'cookieName'> & Partial<Settings>;

export interface NewApp {
  readonly origin: string;
  readonly store: GeneratedStore;
}

/** An app with generated sessions, which takes over the sessions of an old app in the same database. */
export async function startNewApp(db: Db, adoption: Adoption): Promise<NewApp> {
  const { index } = await loadGenerated(settingsFor(adoption));
  process.env.APP_KEYS = OLD_KEYS.join();
  process.env.SESSION_ENCRYPTION_KEYS = Buffer.alloc(32, 1).toString('base64url');
  const app = new Koa();
  const store = index.sessions(app, db);
  app.use(async (ctx, next) => {
    if (ctx.path === '/regenerate') await ctx.session.regenerate();
    return next();
  });
  app.use((ctx) => {
    ctx.body = JSON.stringify(ROUTES[ctx.path]?.(ctx as never) ?? null);
  });
  return { origin: await listen(app), store };
}

export const settingsFor = (adoption: Adoption): Settings => ({
  ...PLAIN,
  connection: STYLES.db,
  collection: 'koa_sessions',
  legacyCookie: true,
  ...adoption,
});
