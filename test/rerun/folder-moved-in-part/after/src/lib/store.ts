// create-koa-mongo-session: store
a
import '../session/encryption.ts';
b
c
mine
