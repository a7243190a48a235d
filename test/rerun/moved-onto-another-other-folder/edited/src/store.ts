// create-koa-mongo-session: index
export const NAME = 'index';
