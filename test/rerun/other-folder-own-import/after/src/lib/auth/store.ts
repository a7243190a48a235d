// create-koa-mongo-session: store
import './errors.ts';

import './own.ts';
import '../sibling.ts';
export * from './own.ts';
