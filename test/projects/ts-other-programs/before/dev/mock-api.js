import Koa from 'koa';
import session from 'koa-session';

const app = new Koa();
app.keys = ['mock'];
app.use(session(app));
app.listen(4000);
