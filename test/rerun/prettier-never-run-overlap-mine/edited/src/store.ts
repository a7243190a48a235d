// create-koa-mongo-session: store
export const NAME = 'sessions';

export const TTL = 30;

export function open() {
  return NAME;
}
