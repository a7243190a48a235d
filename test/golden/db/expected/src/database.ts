// create-koa-mongo-session: database
import { MongoClient } from 'mongodb';

/** The client of the whole app, of which its sessions are one part. Connects when it is first used. */
export function openClient(): MongoClient {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: name your MongoDB in .env, as .env.example shows.');
  try {
    return new MongoClient(url, { appName: 'my-app', serverSelectionTimeoutMS: 4000 });
  } catch {
    // The driver's own message may quote the URL, which holds credentials.
    throw new Error('MONGODB_URL is not a connection string that the driver accepts.');
  }
}

/** Without credentials. */
export function databaseAddress(): string {
  const { hosts, srvHost } = openClient().options;
  return srvHost ?? hosts.join(', ');
}
