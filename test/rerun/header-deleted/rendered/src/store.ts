// create-koa-mongo-session: store
import { codeOf, ifCode } from './errors.ts';

export const TTL = 14;
