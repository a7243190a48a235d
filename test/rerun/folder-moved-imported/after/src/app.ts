// create-koa-mongo-session: app
import { sessions } from './lib/session/index.ts';

export const app = sessions;
