// create-koa-mongo-session: connection
import { READ, type SessionCollection, type SessionConnection } from './collection.ts';

export const COLLECTION = 'sessions';

/** The part of a `Db` that is used. `Db` types of two copies of the driver are not compatible, but both fit this. */
export interface SessionDatabase {
  readonly client?: { connect(): Promise<unknown> };
  collection(name: string, options?: object): SessionCollection;
}

/** The database is yours: this module does not close its client. */
export function connect(database: SessionDatabase): SessionConnection {
  let isConnected = false;
  const sessions = database.collection(COLLECTION, READ);
  return {
    async collection() {
      // Also after a failed first connection: the driver does not connect again by itself.
      if (!isConnected) await database.client?.connect();
      isConnected = true;
      return sessions;
    },
    close: () => Promise.resolve(),
  };
}
