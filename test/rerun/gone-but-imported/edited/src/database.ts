// create-koa-mongo-session: database
export const db = 1;
