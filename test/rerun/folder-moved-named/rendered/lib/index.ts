// create-koa-mongo-session: session
import { Store } from './store.ts';
