const Koa = require('koa');
const session = require('koa-session-store');
const mongo = require('koa-session-mongo');

const app = new Koa();
app.use(session({ store: mongo.create({ url: 'mongodb://localhost/shop' }) }));
