<<<<<<< yours
export const NAME = 'mine';
=======
// create-koa-mongo-session: store
export const NAME = 'sessions';
>>>>>>> newly generated

<<<<<<< yours
=======
export const TTL = 7;

export function open() {
  return NAME;
}

>>>>>>> newly generated