// create-koa-mongo-session: store
export const NAME = 'sessions';

<<<<<<< yours
export const TTL = 30;
||||||| as last generated
export const TTL = 14;
=======
export const TTL = 7;
>>>>>>> newly generated

export function open() {
  return NAME;
}
