// create-koa-mongo-session: sessions
import { parsePayload } from './payload.ts';
import { hashKey, MongoSessionStore, READ } from './store.ts';
import type { SessionPayload, UserSession } from './types.ts';

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

  /**
   * Ends every session of a user, but for the one with the key `except`, such as `ctx.session.externalKey`. A request
   * that is to stay logged in and calls `regenerate()`, too, does that last: `externalKey` does not follow it.
   */
  destroyByUser(user: string | number, { except }: { except?: string } = {}): Promise<void> {
    return this.run('destroyByUser', async (sessions) => {
      const others = except === undefined ? {} : { _id: { $ne: hashKey(except) } };
      await sessions.deleteMany({ user: String(user), ...others });
      return ['done', undefined];
    });
  }

  /** The sessions of a user, latest first; `current` marks the one with that key. No keys come back. */
  listByUser(user: string | number, { current }: { current?: string } = {}): Promise<UserSession[]> {
    return this.run('listByUser', async (sessions) => {
      const documents = await sessions.find({ user: String(user) }, READ).toArray();
      const currentId = current === undefined ? undefined : hashKey(current);
      const found = documents.flatMap((document) => {
        const loaded = this.open(document);
        const payload = parsePayload(loaded?.text);
        if (!loaded || !payload) return [];
        const { createdAt, updatedAt, expiresAt } = loaded;
        return [{ current: loaded._id === currentId, payload, createdAt, updatedAt, expiresAt }];
      });
      const latestFirst = found.sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime());
      return ['done', latestFirst];
    });
  }

  /** How many sessions are alive. */
  count(): Promise<number> {
    return this.run('count', async (sessions) => {
      return ['done', await sessions.countDocuments({ expiresAt: { $gt: new Date() } })];
    });
  }

  /** Ends every session. */
  clear(): Promise<void> {
    return this.run('clear', async (sessions) => {
      await sessions.deleteMany({});
      return ['done', undefined];
    });
  }
}
