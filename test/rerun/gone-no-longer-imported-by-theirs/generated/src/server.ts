// create-koa-mongo-session: server
import './app.ts';
