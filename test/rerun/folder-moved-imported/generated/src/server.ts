// create-koa-mongo-session: server
import { sessions } from './session/index.ts';

export const app = sessions;
