// create-koa-mongo-session: connection
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { READ, type SessionCollection, type SessionConnection, type SessionDocument } from './collection.ts';

const HOST = '127.0.0.1';
const PORT = 27017;
export const DATABASE = 'app';
export const COLLECTION = 'sessions';

/** One client, opened by the first request that needs it. */
export function connect(): SessionConnection {
  let client: MongoClient | undefined;
  let sessions: SessionCollection | undefined;
  let isClosed = false;
  return {
    async collection() {
      // A request that outlives the server would open it again, and keep the process alive.
      if (isClosed) throw new Error('The session database was closed.');
      client ??= openClient();
      // Each time: when the first connection failed, the driver by itself would never try another.
      await client.connect();
      sessions ??= client.db(DATABASE).collection<SessionDocument>(COLLECTION, READ);
      return sessions;
    },
    async close() {
      isClosed = true;
      await client?.close();
    },
  };
}

/** Connects by itself when it is first used. */
export function openClient(): MongoClient {
  const options: MongoClientOptions = {
    appName: 'my-app',
    // A database that is down fails a request in 4 s, where the driver would let the site hang for 30.
    serverSelectionTimeoutMS: 4000,
    waitQueueTimeoutMS: 4000,
  };
  return new MongoClient(`mongodb://${HOST}:${PORT}/`, options);
}
