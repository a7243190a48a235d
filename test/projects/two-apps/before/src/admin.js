import Koa from 'koa';

export const admin = new Koa();
