import { connect } from '../src/session/connection.ts';
import { sessions } from '../src/session';
