import 'dotenv/config';
import Koa from 'koa';
import { MongoClient } from 'mongodb';

const client = new MongoClient(process.env.MONGODB_URL ?? '');
const db = client.db('shop');

const app = new Koa();

app.use((ctx) => {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  ctx.body = `views: ${ctx.session.views}`;
});

app.use(async (ctx) => {
  ctx.body = await db.collection('items').find().toArray();
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`Listening on http://localhost:${typeof address === 'object' ? address?.port : address}\n`);
});
