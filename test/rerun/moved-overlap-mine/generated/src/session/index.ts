// create-koa-mongo-session: index
import { Store } from './store.ts';

export const TTL = 14;
