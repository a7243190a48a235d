import type { Context } from 'koa';
import type { Session } from 'koa-session';
import type { Item } from './types.js';

export interface CartContext extends Context {
  session: Session & { userId?: string; cart?: Item[] };
}

export function itemsOf(ctx: CartContext): Item[] {
  const { cart = [], userId } = ctx.session;
  return userId === undefined ? [] : cart;
}
