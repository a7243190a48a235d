// create-koa-mongo-session: app
export const app = 1;
export { db } from './database.ts';
