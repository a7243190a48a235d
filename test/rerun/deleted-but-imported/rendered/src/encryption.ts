// create-koa-mongo-session: encryption
import { codeOf } from './errors.ts';
