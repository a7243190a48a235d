// create-koa-mongo-session: store
export const NAME = 'sessions';

<<<<<<< mine
export const TTL = 30;
=======
export const TTL = 7;
>>>>>>> theirs, newly generated

export function open() {
  return NAME;
}
