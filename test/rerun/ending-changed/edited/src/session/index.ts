// create-koa-mongo-session: session
import { connect } from './connection.ts';

export const sessions = (app: unknown) => connect(app);
