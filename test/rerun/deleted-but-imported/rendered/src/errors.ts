// create-koa-mongo-session: errors
export const codeOf = 1;
