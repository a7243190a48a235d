// create-koa-mongo-session: index
import { StoreError } from './errors.ts';
import { Store } from '../../lib/store.ts';

export const TTL = 30;
