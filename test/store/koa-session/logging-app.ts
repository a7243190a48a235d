import { inspect } from 'node:util';
import Koa from 'koa';

/**
 * Passes a store of the generated modules to the session middleware, both named on the command line, and prints it for
 * a test.
 */
const [, , middleware = '', connection = '', sessions = ''] = process.argv;
const { default: koaSession } = await import(middleware);
const { connect } = await import(connection);
const { Sessions } = await import(sessions);
const encryptionKey = Buffer.from(process.env.SESSION_ENCRYPTION_KEYS ?? '', 'base64');
const store = new Sessions(connect(), { ttl: 1, encryptionKeys: [encryptionKey] });
koaSession({ store }, new Koa());
console.log(inspect({ store }, { depth: null, showHidden: true, getters: true }));
