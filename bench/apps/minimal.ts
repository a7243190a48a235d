import koaSession from 'koa-session';
import { MongoClient } from 'mongodb';
import { serve } from './counter.ts';

interface Document {
  _id: string;
  data: string;
  expiresAt: Date;
}

const TTL = 14 * 24 * 60 * 60 * 1000;
const client = await new MongoClient(process.env.MONGODB_URL ?? '').connect();
const documents = client.db().collection<Document>('minimal');

/** The simplest possible store: the last write wins, and nothing is checked. */
const store = {
  async get(key: string) {
    const document = await documents.findOne({ _id: key });
    return document ? JSON.parse(document.data) : undefined;
  },
  async set(key: string, session: object) {
    const $set = { data: JSON.stringify(session), expiresAt: new Date(Date.now() + TTL) };
    await documents.updateOne({ _id: key }, { $set }, { upsert: true });
  },
  async destroy(key: string) {
    await documents.deleteOne({ _id: key });
  },
};

await serve((app) => app.use(koaSession({ store, maxAge: TTL }, app)));
