// create-koa-mongo-session: database
export const DATABASE = 1;
