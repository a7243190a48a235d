// create-koa-mongo-session: store
export const NAME = 'visits';

export const TTL = 30;

export function open() {
  return NAME;
}
