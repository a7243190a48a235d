import type { Context } from 'koa';
import type { Item } from './types.js';

export function itemsOf(ctx: Context): Item[] {
  const { cart = [], userId } = ctx.session;
  return userId === undefined ? [] : cart;
}
