import { createRequire } from 'node:module';
import Koa from 'koa';
import koaSession from 'koa-session';

const require = createRequire(import.meta.url);

/** The supported versions. The older ones have no types; their options are the same. */
export const RELEASES: readonly Release[] = [
  { name: 'koa 3, koa-session 7', Application: Koa, koaSession },
  { name: 'koa 2.16, koa-session 6', Application: require('koa2'), koaSession: require('koa-session6') },
];

export interface Release {
  readonly name: string;
  readonly Application: typeof Koa;
  readonly koaSession: typeof koaSession;
}
