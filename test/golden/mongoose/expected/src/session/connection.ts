// create-koa-mongo-session: connection
import { READ, type SessionCollection, type SessionConnection } from './collection.ts';

export const COLLECTION = 'sessions';

interface Database {
  collection(name: string, options?: object): SessionCollection;
}

/** The part of a Mongoose connection that is used. The connections of every version from 8 on fit it. */
export interface MongooseConnection {
  asPromise(): Promise<{ db?: Database | undefined }>;
}

/** The connection is yours: this module does not open or close it. */
export function connect(connection: MongooseConnection): SessionConnection {
  let opened: object | undefined;
  let sessions: SessionCollection | undefined;
  return {
    async collection() {
      // Without a database: a connection that was never opened, and `useDb()` of one that is not open yet.
      const { db } = await connection.asPromise();
      if (!db) throw new Error('The Mongoose connection is not open: await mongoose.connect(url) first.');
      if (!sessions || db !== opened) sessions = db.collection(COLLECTION, READ);
      opened = db;
      return sessions;
    },
    close: () => Promise.resolve(),
  };
}
