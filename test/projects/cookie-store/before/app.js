import Koa from 'koa';
import session from 'koa-session';

const app = new Koa();
app.keys = ['a'];
app.use(session(app));
