// create-koa-mongo-session: encryption
export const key = 1;
