import 'koa';

export interface Item {
  sku: string;
}

declare module 'koa' {
  interface DefaultContext {
    session: { userId?: string; views?: number; cart?: Item[] };
  }
}
