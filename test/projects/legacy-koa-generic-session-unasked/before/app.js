const Koa = require('koa');
const session = require('koa-generic-session');
const MongoStore = require('koa-generic-session-mongo');

const app = new Koa();
app.keys = ['a key'];
app.use(session({ store: new MongoStore({ url: 'mongodb://localhost/shop' }) }));

app.use(async (ctx, next) => {
  if (ctx.path !== '/login') return next();
  await ctx.regenerateSession();
  ctx.session.cookie.maxAge = 60_000;
  ctx.body = `login ${ctx.sessionId}`;
});

app.use((ctx) => {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  ctx.body = `views: ${ctx.session.views}`;
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`Listening on http://localhost:${typeof address === 'object' ? address?.port : address}\n`);
});
