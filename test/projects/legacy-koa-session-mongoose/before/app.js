const Koa = require('koa');
const session = require('koa-session');
const MongooseStore = require('koa-session-mongoose');

const app = new Koa();
app.use(session({ store: new MongooseStore() }, app));
