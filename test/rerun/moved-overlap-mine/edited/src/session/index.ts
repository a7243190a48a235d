// create-koa-mongo-session: index
import { Store } from '../../lib/store.ts';

export const TTL = 30;
