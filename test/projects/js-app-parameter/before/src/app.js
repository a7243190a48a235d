import Koa from 'koa';

export function shop(app = new Koa()) {
  app.use((ctx) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1;
    ctx.body = `views: ${ctx.session.views}`;
  });
  return app;
}
