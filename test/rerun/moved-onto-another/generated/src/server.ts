// create-koa-mongo-session: server
export const SERVER = 1;
