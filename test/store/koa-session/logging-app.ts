import { inspect } from 'node:util';
import Koa from 'koa';

/** Hands a store of the generated folder to the session middleware, both named on the command line, and shows it: all to be read by a test. */
const [, , middleware = '', folder = ''] = process.argv;
const { default: koaSession } = await import(middleware);
const { connect } = await import(`${folder}/connection.ts`);
const { Sessions } = await import(`${folder}/sessions.ts`);
const encryptionKey = Buffer.from(process.env.SESSION_ENCRYPTION_KEYS ?? '', 'base64');
const store = new Sessions(connect(), { ttl: 1, encryptionKeys: [encryptionKey] });
koaSession({ store }, new Koa());
console.log(inspect({ store }, { depth: null, showHidden: true, getters: true }));
