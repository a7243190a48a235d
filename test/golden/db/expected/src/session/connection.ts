// create-koa-mongo-session: connection
import { READ, type SessionCollection, type SessionConnection } from './collection.ts';

export const COLLECTION = 'sessions';

/** The part of a `Db` that is used: it fits every copy of the driver, where their own types do not fit each other. */
export interface SessionDatabase {
  collection(name: string, options?: object): SessionCollection;
}

/** The database is yours: its client is neither opened nor closed here. */
export function connect(database: SessionDatabase): SessionConnection {
  const sessions = database.collection(COLLECTION, READ);
  return {
    async collection() {
      return sessions;
    },
    async close() {},
  };
}
