// create-koa-mongo-session: new
