const Koa = require('koa');
const session = require('koa-generic-session');

const app = new Koa();
app.use(session());
