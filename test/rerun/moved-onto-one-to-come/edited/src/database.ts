// create-koa-mongo-session: connection
export const URL = 1;
