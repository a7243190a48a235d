// create-koa-mongo-session: errors
