// create-koa-mongo-session: connection
export const connect = (app: unknown) => app;
