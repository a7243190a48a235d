// create-koa-mongo-session: session
export const sessions = 1;
