// create-koa-mongo-session: store
const codeOf = 1;
