import { createRequire } from 'node:module';
import koaSession from 'koa-session';

const require = createRequire(import.meta.url);

/** The releases that the store serves. Release 6 comes without types; its options are the same. */
export const RELEASES: readonly { release: string; koaSession: typeof koaSession }[] = [
  { release: 'koa-session 7', koaSession },
  { release: 'koa-session 6', koaSession: require('koa-session6') },
];
