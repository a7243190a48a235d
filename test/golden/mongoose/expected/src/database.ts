// create-koa-mongo-session: database
import mongoose, { type Connection } from 'mongoose';

/** The connection of the whole app, not only of its sessions. */
export function openConnection(): Connection {
  const options = { appName: 'my-app', serverSelectionTimeoutMS: 4000 };
  return mongoose.createConnection(readUrl(), options);
}

/** For messages: contains no credentials. */
export function databaseAddress(): string {
  const { hosts, srvHost } = parseUrl(readUrl());
  return srvHost ?? hosts.join(', ');
}

function readUrl(): string {
  const { MONGODB_URL: url } = process.env;
  if (!url) throw new Error('MONGODB_URL is not set: add it to .env, as .env.example shows.');
  parseUrl(url);
  return url;
}

function parseUrl(url: string) {
  try {
    return new mongoose.mongo.MongoClient(url).options;
  } catch {
    // The driver's own message may quote the URL, which holds credentials.
    throw new Error('MONGODB_URL is not a connection string that the driver accepts.');
  }
}
