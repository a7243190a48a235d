// create-koa-mongo-session: store
export const NAME = 'mine';

export const TTL = 30;

export const COOKIE = 'b';
