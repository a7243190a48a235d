// create-koa-mongo-session: store
export const NAME = 'visits';

export const TTL = 7;

export function open() {
  return NAME;
}
