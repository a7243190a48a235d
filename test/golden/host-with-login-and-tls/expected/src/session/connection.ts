// create-koa-mongo-session: connection
import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { SessionConnection, SessionDocument } from './types.ts';

const HOST = 'db.example.com';
const PORT = 27018;
export const DATABASE = 'shop';
export const COLLECTION = 'sessions';
const USERNAME = "o'neil";
const AUTH_SOURCE = 'admin';

/** One client, opened by the first request that needs it. */
export function connect(): SessionConnection {
  let client: MongoClient | undefined;
  let isClosed = false;
  return {
    async collection() {
      // A request that outlives the server would open it again, and keep the process alive.
      if (isClosed) throw new Error('The session database was closed.');
      client ??= openClient();
      // Each time: when the first connection failed, the driver by itself would never try another.
      await client.connect();
      return client.db(DATABASE).collection<SessionDocument>(COLLECTION);
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
    // A database that is down fails a request in 4 s, where the driver would let the site hang for 30.
    serverSelectionTimeoutMS: 4000,
    waitQueueTimeoutMS: 4000,
    tls: true,
    auth: { username: USERNAME, password: password() },
    authSource: AUTH_SOURCE,
  };
  return new MongoClient(`mongodb://${HOST}:${PORT}/`, options);
}

function password(): string {
  const { MONGODB_PASSWORD } = process.env;
  if (MONGODB_PASSWORD) return MONGODB_PASSWORD;
  throw new Error('MONGODB_PASSWORD is not set: put the password of the database user into .env.');
}
