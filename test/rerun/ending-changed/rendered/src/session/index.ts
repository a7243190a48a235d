// create-koa-mongo-session: session
import { connect } from './connection.js';

export const sessions = (app: unknown) => connect(app);
