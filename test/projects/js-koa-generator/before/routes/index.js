const Router = require('@koa/router')
const router = new Router()

router.get('/', async (ctx, next) => {
  ctx.session.views = (ctx.session.views || 0) + 1
  ctx.body = `views: ${ctx.session.views}`
})

module.exports = router
