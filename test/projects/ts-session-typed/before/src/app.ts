import Koa from 'koa';
import { itemsOf } from './cart.js';

const app = new Koa();

app.use(async (ctx) => {
  const { userId } = ctx.session;
  if (userId !== undefined) ctx.session['userId'] = userId.toLowerCase();
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  await ctx.session.manuallyCommit();
  ctx.body = `views: ${ctx.session.views}, items: ${itemsOf(ctx).length}`;
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  console.log(`Listening on http://localhost:${typeof address === 'object' ? address?.port : address}\n`);
});
