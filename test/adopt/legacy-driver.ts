import type { Collection, Db, Document } from 'mongodb';

type Callback<T = unknown> = (error: unknown, result?: T) => void;

/** The API of driver 2.0, as far as the old stores use it, on top of a driver that works with current servers. */
export class LegacyDb {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  open(done: Callback<LegacyDb>): void {
    done(null, this);
  }

  collection(name: string, done?: Callback<LegacyCollection>): LegacyCollection {
    const collection = new LegacyCollection(this.#db.collection(name));
    done?.(null, collection);
    return collection;
  }

  /** koa-generic-session-mongo recognizes a database by this. */
  dropDatabase(): never {
    throw new Error('no store does so');
  }
}

class LegacyCollection {
  readonly #collection: Collection;

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  ensureIndex(key: Record<string, 1>, options: object, done: Callback): void {
    settle(this.#collection.createIndex(key, options), done);
  }

  findOne(filter: Document, ...[fields, done]: [fields: Document, done: Callback] | [done: Callback]): void {
    if (typeof fields === 'function') settle(this.#collection.findOne(filter), fields as Callback);
    else if (done) settle(this.#collection.findOne(filter, { projection: fields as Document }), done);
  }

  /** A document without operators replaced the old one. */
  update(filter: Document, document: Document, { upsert }: { upsert: boolean }, done: Callback): void {
    settle(this.#collection.replaceOne(filter, document, { upsert }), done);
  }

  remove(filter: Document, done: Callback): void {
    settle(this.#collection.deleteMany(filter), done);
  }
}

function settle(work: Promise<unknown>, done: Callback): void {
  work.then(
    (result) => done(null, result),
    (error) => done(error),
  );
}
