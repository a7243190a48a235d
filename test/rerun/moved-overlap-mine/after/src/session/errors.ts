// create-koa-mongo-session: errors
export class StoreError extends Error {}
