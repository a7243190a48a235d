// create-koa-mongo-session: connection
import { READ, type SessionCollection, type SessionConnection } from './collection.ts';

export const COLLECTION = 'sessions';

/** The part of a `Db` that is used. `Db` types of two copies of the driver are not compatible, but both fit this. */
export interface SessionDatabase {
  collection(name: string, options?: object): SessionCollection;
}

/** The database is yours: this module does not open or close its client. */
export function connect(database: SessionDatabase): SessionConnection {
  const sessions = database.collection(COLLECTION, READ);
  return {
    async collection() {
      return sessions;
    },
    async close() {},
  };
}
