// create-koa-mongo-session: server
