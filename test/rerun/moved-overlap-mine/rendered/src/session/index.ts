// create-koa-mongo-session: index
import { StoreError } from './errors.ts';
import { Store } from './store.ts';

export const TTL = 7;
