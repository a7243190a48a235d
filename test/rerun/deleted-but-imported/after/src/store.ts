// create-koa-mongo-session: store
import { codeOf } from './collection.ts';

a
b
