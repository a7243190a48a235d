// create-koa-mongo-session: store
export const NAME = 'store';
