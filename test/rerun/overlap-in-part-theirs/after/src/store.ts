// create-koa-mongo-session: store
export const NAME = 'mine';

export const TTL = 7;

export const COOKIE = 'b';
