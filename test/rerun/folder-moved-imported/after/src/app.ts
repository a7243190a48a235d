// create-koa-mongo-session: app
import { sessions } from './session/index.ts';

export const app = sessions;
