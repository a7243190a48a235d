import Koa from 'koa';
import session from 'koa-session-minimal';

const app = new Koa();
app.use(session());

app.use((ctx) => {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  if (ctx.path === '/login') ctx.sessionHandler.regenerateId();
  ctx.body = `views: ${ctx.session.views}`;
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`Listening on http://localhost:${typeof address === 'object' ? address?.port : address}\n`);
});
