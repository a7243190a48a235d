// create-koa-mongo-session: store
import { codeOf } from './errors.ts';

export const TTL = 14;
