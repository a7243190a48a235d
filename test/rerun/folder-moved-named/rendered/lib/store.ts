// create-koa-mongo-session: store
a
import './encryption.ts';
b
c
