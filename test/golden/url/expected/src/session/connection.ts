// create-koa-mongo-session: connection
import { MongoClient } from 'mongodb';
import { READ, type SessionCollection, type SessionConnection, type SessionDocument } from './collection.ts';

export const COLLECTION = 'sessions';

/** They win over the URL. If the database is down, requests fail after 4 s, not the driver's 30 s. */
const OPTIONS = { serverSelectionTimeoutMS: 4000, waitQueueTimeoutMS: 4000, appName: 'my-app' };

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
      sessions ??= (await client.connect()).db().collection<SessionDocument>(COLLECTION, READ);
      return sessions;
    },
    async close() {
      isClosed = true;
      await client?.close();
    },
  };
}

/** The client connects on first use. The errors do not quote the URL, since it holds credentials. */
export function openClient(options = {}): MongoClient {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: add it to .env, as .env.example shows.');
  try {
    return new MongoClient(url, { ...OPTIONS, ...options });
  } catch {
    throw new Error('MONGODB_URL is not a connection string that the driver accepts.');
  }
}
