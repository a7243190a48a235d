<<<<<<< mine
export const NAME = 'mine';
=======
// create-koa-mongo-session: store
export const NAME = 'sessions';
>>>>>>> theirs, newly generated

<<<<<<< mine
=======
export const TTL = 7;

export function open() {
  return NAME;
}

>>>>>>> theirs, newly generated