// create-koa-mongo-session: store
import { ifCode } from './errors.ts';
