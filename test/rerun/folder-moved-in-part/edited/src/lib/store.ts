// create-koa-mongo-session: store
a
b
c
mine
