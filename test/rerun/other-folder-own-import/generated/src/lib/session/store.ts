// create-koa-mongo-session: store
import './errors.ts';
