import { type Document, UUID } from 'bson';
import { CommandFailure } from './errors.ts';
import { IdOrder } from './id-order.ts';
import { ID_INDEX, type IndexSpec, isIdIndex } from './index-spec.ts';
import { matcher } from './matcher.ts';
import { indexedValuesAt, valuesAt } from './paths.ts';
import { formatValue, isDocument, keyText } from './values.ts';

/** One index of a collection; only unique indexes have entries. */
interface Index {
  spec: IndexSpec;
  covers: (document: Document) => boolean;
  /** Text of a key → text of the `_id` of its document. */
  entries: Map<string, string>;
}

function coverage(spec: IndexSpec): (document: Document) => boolean {
  if (spec.partialFilterExpression) return matcher(spec.partialFilterExpression);
  if (!spec.sparse) return () => true;
  const paths = Object.keys(spec.key);
  return (document) => paths.some((path) => valuesAt(document, path).some((value) => value !== undefined));
}

/** The texts of all keys that a document has in an index. */
function keyTexts(spec: IndexSpec, document: Document): string[] {
  let texts = [''];
  for (const path of Object.keys(spec.key)) {
    const values = new Set(indexedValuesAt(document, path).map(keyText));
    texts = texts.flatMap((text) => [...values].map((value) => `${text}|${value}`));
  }
  return texts;
}

/** Documents in insertion order, and their indexes. Documents are never changed in place. */
export class Collection {
  readonly namespace: string;
  readonly options: Document;
  readonly uuid = new UUID();
  readonly #documents = new Map<string, Document>();
  readonly #indexes = new Map<string, Index>();
  #idOrder: IdOrder | undefined;

  constructor(namespace: string, options: Document = {}) {
    this.namespace = namespace;
    this.options = options;
    this.#indexes.set(ID_INDEX.name, { spec: ID_INDEX, covers: () => false, entries: new Map() });
  }

  get size(): number {
    return this.#documents.size;
  }

  get indexes(): IndexSpec[] {
    return [...this.#indexes.values()].map(({ spec }) => spec);
  }

  /** All documents that may match: at most one if the filter names an `_id`. */
  candidates(filter: Document): Iterable<Document> {
    const id = filter._id;
    if (id === undefined || id === null || id instanceof RegExp || Array.isArray(id))
      return this.#documents.values();
    if (!isDocument(id)) return this.#byIds([id]);
    const among = id.$in;
    if (
      Array.isArray(among) &&
      Object.keys(id).length === 1 &&
      !among.some((item) => item instanceof RegExp)
    ) {
      return this.#byIds(among);
    }
    return this.#documents.values();
  }

  #byIds(ids: readonly unknown[]): Document[] {
    const texts = new Set(ids.map(keyText));
    return [...texts].flatMap((text) => this.#documents.get(text) ?? []);
  }

  find(filter: Document, variables?: Document): Document[] {
    const matches = matcher(filter, variables);
    return [...this.candidates(filter)].filter(matches);
  }

  /** Like `find`, but sorted by `_id`, and reading no more than necessary. */
  findInIdOrder(filter: Document, limit: number, variables?: Document): Document[] {
    const matches = matcher(filter, variables);
    this.#idOrder ??= new IdOrder(this.#documents.values());
    const found: Document[] = [];
    for (const document of this.#idOrder.from(filter._id?.$gt ?? filter._id?.$gte)) {
      if (found.length >= limit) break;
      if (matches(document)) found.push(document);
    }
    return found;
  }

  insert(document: Document): void {
    const id = keyText(document._id);
    if (this.#documents.has(id)) throw this.#duplicate(ID_INDEX, document);
    this.#checkUnique(document, id);
    this.#documents.set(id, document);
    this.#idOrder?.insert(document);
    this.#enter(document, id);
  }

  replace(before: Document, after: Document): void {
    const id = keyText(before._id);
    this.#checkUnique(after, id);
    this.#leave(before);
    this.#documents.set(id, after);
    this.#idOrder?.replace(after);
    this.#enter(after, id);
  }

  delete(document: Document): void {
    this.#leave(document);
    this.#idOrder?.delete(document);
    this.#documents.delete(keyText(document._id));
  }

  addIndex(spec: IndexSpec): void {
    const index: Index = { spec, covers: coverage(spec), entries: new Map() };
    if (spec.unique) {
      for (const [id, document] of this.#documents) {
        if (!index.covers(document)) continue;
        this.#checkEntries(index, document, id);
        for (const text of keyTexts(spec, document)) index.entries.set(text, id);
      }
    }
    this.#indexes.set(spec.name, index);
  }

  dropIndex(name: string): void {
    this.#indexes.delete(name);
  }

  /** Changes the options of an index, not its entries. */
  changeIndex(name: string, change: Partial<Pick<IndexSpec, 'expireAfterSeconds' | 'hidden'>>): void {
    const index = this.#indexes.get(name);
    if (index) index.spec = { ...index.spec, ...change };
  }

  #unique(document: Document): Index[] {
    return [...this.#indexes.values()].filter(
      ({ spec, covers }) => spec.unique && !isIdIndex(spec) && covers(document),
    );
  }

  #checkUnique(document: Document, id: string): void {
    for (const index of this.#unique(document)) this.#checkEntries(index, document, id);
  }

  #checkEntries({ spec, entries }: Index, document: Document, id: string): void {
    for (const text of keyTexts(spec, document)) {
      const holder = entries.get(text);
      if (holder !== undefined && holder !== id) throw this.#duplicate(spec, document);
    }
  }

  #enter(document: Document, id: string): void {
    for (const { spec, entries } of this.#unique(document)) {
      for (const text of keyTexts(spec, document)) entries.set(text, id);
    }
  }

  #leave(document: Document): void {
    for (const { spec, entries } of this.#unique(document)) {
      for (const text of keyTexts(spec, document)) entries.delete(text);
    }
  }

  #duplicate(spec: IndexSpec, document: Document): CommandFailure {
    const keyValue = Object.fromEntries(
      Object.keys(spec.key).map((path) => [path, indexedValuesAt(document, path)[0] ?? null]),
    );
    return new CommandFailure(
      11000,
      `E11000 duplicate key error collection: ${this.namespace} index: ${spec.name} dup key: ${formatValue(keyValue)}`,
      { keyPattern: spec.key, keyValue },
    );
  }
}
