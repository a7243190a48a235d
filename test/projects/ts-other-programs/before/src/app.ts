import Koa from 'koa';
import { shop } from './db.js';

const app = new Koa();

app.use((ctx) => {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  ctx.body = `views: ${ctx.session.views}, ${shop.name}`;
});

export { app };
