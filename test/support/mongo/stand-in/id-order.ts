import type { Document } from 'bson';
import { compareValues } from './values.ts';

/** Documents in the order of their `_id`, so that paging through many of them does not sort them each time. */
export class IdOrder {
  readonly #documents: Document[];

  constructor(documents: Iterable<Document>) {
    this.#documents = [...documents].sort((a, b) => compareValues(a._id, b._id));
  }

  insert(document: Document): void {
    this.#documents.splice(this.#position(document._id), 0, document);
  }

  replace(document: Document): void {
    this.#documents[this.#position(document._id)] = document;
  }

  delete(document: Document): void {
    this.#documents.splice(this.#position(document._id), 1);
  }

  /** Starts with the first `_id` that is not less than this one. */
  *from(id?: unknown): Generator<Document> {
    const start = id === undefined ? 0 : this.#position(id);
    for (let index = start; index < this.#documents.length; index++) yield this.#documents[index] ?? {};
  }

  #position(id: unknown): number {
    let [low, high] = [0, this.#documents.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareValues(this.#documents[middle]?._id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
