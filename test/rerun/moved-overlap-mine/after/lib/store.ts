// create-koa-mongo-session: store
export class Store {}
