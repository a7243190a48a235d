// create-koa-mongo-session: connection
import { MongoClient } from 'mongodb';
import { READ, type SessionCollection, type SessionConnection, type SessionDocument } from './collection.ts';

export const COLLECTION = 'sessions';

/** A database that is down fails a request in 4 s, where the driver would let the site hang for 30. */
const OPTIONS = { serverSelectionTimeoutMS: 4000, waitQueueTimeoutMS: 4000, appName: 'my-app' };

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
      sessions ??= client.db().collection<SessionDocument>(COLLECTION, READ);
      return sessions;
    },
    async close() {
      isClosed = true;
      await client?.close();
    },
  };
}

/** Connects by itself when it is first used. The errors quote nothing: a URL holds credentials. */
export function openClient(): MongoClient {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: name your MongoDB in .env, as .env.example shows.');
  try {
    return new MongoClient(url, OPTIONS);
  } catch {
    throw new Error('MONGODB_URL is not a connection string that the driver accepts.');
  }
}
