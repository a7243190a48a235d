// create-koa-mongo-session: store
export const NAME = 'sessions';

<<<<<<< mine
export const TTL = 30;
||||||| base, as last generated
export const TTL = 14;
=======
export const TTL = 7;
>>>>>>> theirs, newly generated

export function open() {
  return NAME;
}
