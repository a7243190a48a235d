// create-koa-mongo-session: app
export const app = 1;
