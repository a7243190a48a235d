// create-koa-mongo-session: database
import { MongoClient } from 'mongodb';

/** The client of the whole app, not only of its sessions. It connects on first use. */
export function openClient(): MongoClient {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: add it to .env, as .env.example shows.');
  try {
    return new MongoClient(url, { appName: 'my-app', serverSelectionTimeoutMS: 4000 });
  } catch {
    // The driver's own message may quote the URL, which holds credentials.
    throw new Error('MONGODB_URL is not a connection string that the driver accepts.');
  }
}

/** For messages: contains no credentials. */
export function databaseAddress(): string {
  const { hosts, srvHost } = openClient().options;
  return srvHost ?? hosts.join(', ');
}
