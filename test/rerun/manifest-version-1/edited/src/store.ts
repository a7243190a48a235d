// create-koa-mongo-session: store
export const NAME = 'mine';

export const TTL = 14;

export function open() {
  return NAME;
}
