// create-koa-mongo-session: app
export const APP = 1;
