import { calculateObjectSize, type Document, Long } from 'bson';
import { CommandFailure } from './errors.ts';
import { MAX_DOCUMENT_BYTES } from './frames.ts';

interface Cursor {
  namespace: string;
  session: string | undefined;
  rest: Document[];
}

const DEFAULT_FIRST_BATCH = 101;

/** Results that did not fit into the first reply. A cursor reads the documents as they were when it was opened. */
export class Cursors {
  readonly #open = new Map<string, Cursor>();
  #lastId = BigInt(Date.now()) << 20n;

  get size(): number {
    return this.#open.size;
  }

  /** The field `cursor` of the first reply of a result. */
  begin(
    namespace: string,
    documents: Document[],
    options: { batchSize?: number | undefined; singleBatch?: boolean; session?: string | undefined } = {},
  ): Document {
    const { batchSize = DEFAULT_FIRST_BATCH, singleBatch = false, session } = options;
    const { batch, rest } = takeBatch(documents, batchSize);
    const id = rest.length === 0 || singleBatch ? Long.ZERO : this.#add({ namespace, session, rest });
    return { firstBatch: batch, id, ns: namespace };
  }

  next(id: Long, namespace: string, batchSize: number | undefined): Document {
    const cursor = this.#open.get(id.toString());
    if (!cursor) throw new CommandFailure(43, `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new CommandFailure(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    const { batch, rest } = takeBatch(cursor.rest, batchSize || Number.POSITIVE_INFINITY);
    cursor.rest = rest;
    if (rest.length === 0) this.#open.delete(id.toString());
    return { nextBatch: batch, id: rest.length === 0 ? Long.ZERO : id, ns: namespace };
  }

  kill(id: Long): boolean {
    return this.#open.delete(id.toString());
  }

  killOfSession(session: string): void {
    for (const [id, cursor] of this.#open) if (cursor.session === session) this.#open.delete(id);
  }

  #add(cursor: Cursor): Long {
    this.#lastId += 1n;
    const id = Long.fromBigInt(this.#lastId);
    this.#open.set(id.toString(), cursor);
    return id;
  }
}

/** As many documents as requested, limited to the maximum size of a document, but at least one. */
function takeBatch(documents: Document[], batchSize: number): { batch: Document[]; rest: Document[] } {
  const limit = Math.min(batchSize, documents.length);
  let count = 0;
  for (let bytes = 0; count < limit; count++) {
    bytes += calculateObjectSize(documents[count] ?? {});
    if (count > 0 && bytes > MAX_DOCUMENT_BYTES) break;
  }
  return { batch: documents.slice(0, count), rest: documents.slice(count) };
}
