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
      // A request that is still running would open the client again, and keep the process alive.
      if (isClosed) throw new Error('The session database was closed.');
      client ??= openClient();
      // Also after a failed first connection: the driver does not connect again by itself.
      sessions ??= (await client.connect()).db(DATABASE).collection<SessionDocument>(COLLECTION, READ);
      return sessions;
    },
    async close() {
      isClosed = true;
      await client?.close();
    },
  };
}

/** The client connects on first use. */
export function openClient(): MongoClient {
  const options: MongoClientOptions = {
    appName: 'my-app',
    // If the database is down, requests fail after 4 s. By default, the driver would wait for 30 s.
    serverSelectionTimeoutMS: 4000,
    waitQueueTimeoutMS: 4000,
  };
  return new MongoClient(`mongodb://${HOST}:${PORT}/`, options);
}
