// create-koa-mongo-session: store
export const NAME = 'sessions';

export const TTL = 14;

export function open() {
  return NAME;
}
