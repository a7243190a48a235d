// create-koa-mongo-session: store
export const NAME = 'sessions';

export const TTL = 7;

export function open() {
  return NAME;
}
// mine
