// create-koa-mongo-session: errors
export const codeOf = 1;
export const ifCode = 2;
