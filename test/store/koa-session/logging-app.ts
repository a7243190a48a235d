import { inspect } from 'node:util';
import Koa from 'koa';
import { connect } from '../../golden/encrypt/expected/src/session/connection.ts';
import { MongoSessionStore } from '../../golden/encrypt/expected/src/session/store.ts';

/** Hands a store to the session middleware named on the command line, and shows it: all to be read by a test. */
const [, , middleware = ''] = process.argv;
const { default: koaSession } = await import(middleware);
const encryptionKey = Buffer.from(process.env.SESSION_ENCRYPTION_KEYS ?? '', 'base64');
const store = new MongoSessionStore(connect(), { ttl: 1, encryptionKeys: [encryptionKey] });
koaSession({ store }, new Koa());
console.log(inspect({ store }, { depth: null, showHidden: true, getters: true }));
