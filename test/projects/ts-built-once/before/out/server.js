import Koa from 'koa';
export const app = new Koa();
app.listen(3000);
