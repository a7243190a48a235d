// create-koa-mongo-session: session
import { Store } from '../lib/store.ts';
