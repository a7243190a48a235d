import type { Context } from 'koa';

export function count(ctx: Context): void {
  ctx.session.views = (ctx.session.views ?? 0) + 1;
  ctx.body = `views: ${ctx.session.views}`;
}
