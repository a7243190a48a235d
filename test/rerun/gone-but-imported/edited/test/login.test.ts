// create-koa-mongo-session: login-test
import { app } from '../src/app.ts';
// mine
