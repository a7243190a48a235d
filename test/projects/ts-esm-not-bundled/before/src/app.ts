import Koa from 'koa';
import { count } from './count.js';

export const app = new Koa();

app.use(count);
