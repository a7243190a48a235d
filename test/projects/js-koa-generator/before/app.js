const Koa = require('koa')
const app = new Koa()

const index = require('./routes/index')

// routes
app.use(index.routes(), index.allowedMethods())

// error-handling
app.on('error', (err, ctx) => {
  console.error('server error', err, ctx)
});

module.exports = app
