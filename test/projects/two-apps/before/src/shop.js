import Koa from 'koa';

export const shop = new Koa();
