// create-koa-mongo-session: sessions
import { parsePayload } from './payload.ts';
import { MongoSessionStore } from './store.ts';
import type { SessionPayload } from './types.ts';

/** Sessions, and nothing else that may lie in the collection. */
const OWN = { version: { $type: 'number' } };

/** The store, and what an app does with sessions by itself, beside `ctx.session`: what `sessions(app)` returns. */
export class Sessions extends MongoSessionStore {
  /** The payload of a session outside any request, for WebSockets and jobs. */
  load(key: string): Promise<SessionPayload | undefined> {
    return this.run('load', async (sessions) => {
      const loaded = await this.find(sessions, key);
      const isOver = (loaded?.cookie._expire ?? Infinity) < Date.now();
      const payload = isOver ? undefined : parsePayload(loaded?.text);
      return [payload ? 'hit' : 'miss', payload];
    });
  }

  /** How many sessions are alive. */
  count(): Promise<number> {
    return this.run('count', async (sessions) => {
      return ['done', await sessions.countDocuments({ ...OWN, expiresAt: { $gt: new Date() } })];
    });
  }

  /** Ends every session. */
  clear(): Promise<void> {
    return this.run('clear', async (sessions) => {
      await sessions.deleteMany(OWN);
      return ['done', undefined];
    });
  }
}
