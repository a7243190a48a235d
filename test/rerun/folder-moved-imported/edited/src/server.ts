// create-koa-mongo-session: server
import { sessions } from './lib/session/index.ts';

export const app = sessions;
