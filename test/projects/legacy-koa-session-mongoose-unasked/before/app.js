const Koa = require('koa');
const mongoose = require('mongoose');
const session = require('koa-session');
const MongooseStore = require('koa-session-mongoose');

mongoose.connect(process.env.MONGODB_URL);
const app = new Koa();
app.keys = ['a key'];
app.use(session({ key: 'shop.sid', store: new MongooseStore() }, app));

app.use((ctx) => {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  ctx.body = `views: ${ctx.session.views}`;
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`Listening on http://localhost:${typeof address === 'object' ? address?.port : address}\n`);
});
