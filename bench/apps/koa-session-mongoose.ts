import { createRequire } from 'node:module';
import { join } from 'node:path';
import koaSession from 'koa-session';
import { serve } from './counter.ts';

// With the version of mongoose that was installed for it.
const [folder = ''] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const mongoose = require('mongoose');
const MongooseStore = require('koa-session-mongoose');

await mongoose.connect(process.env.MONGODB_URL ?? '');
const store = new MongooseStore({ connection: mongoose, collection: 'koa_session_mongoose' });

await serve((app) => app.use(koaSession({ store, maxAge: 14 * 24 * 60 * 60 * 1000 }, app)));
