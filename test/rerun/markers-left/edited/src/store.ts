// create-koa-mongo-session: store
export const NAME = 'sessions';

<<<<<<< yours
export const TTL = 30;
=======
export const TTL = 7;
>>>>>>> newly generated

export function open() {
  return NAME;
}
