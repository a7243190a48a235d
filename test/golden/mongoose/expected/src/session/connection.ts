// create-koa-mongo-session: connection
import type { SessionCollection, SessionConnection } from './types.ts';

export const COLLECTION = 'sessions';

/** The part of a Mongoose connection that is used: it fits every version from 8 on. */
export interface MongooseConnection {
  asPromise(): Promise<{ db?: { collection(name: string): SessionCollection } | undefined }>;
}

/** The connection is yours: it is neither opened nor closed here. */
export function connect(connection: MongooseConnection): SessionConnection {
  let opened: object | undefined;
  let sessions: SessionCollection | undefined;
  return {
    async collection() {
      // Resolves at once, without a database, for a connection that was never opened.
      const { db } = await connection.asPromise();
      if (!db) throw new Error('The Mongoose connection was never opened: call mongoose.connect(url) first.');
      if (!sessions || db !== opened) sessions = db.collection(COLLECTION);
      opened = db;
      return sessions;
    },
    async close() {},
  };
}
