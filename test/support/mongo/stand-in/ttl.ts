import type { Document } from 'bson';
import type { Collection } from './collection.ts';
import type { IndexSpec } from './index-spec.ts';
import { matcher } from './matcher.ts';
import { candidatesAt } from './paths.ts';
import type { ServerState } from './state.ts';
import { isNumber, toNumber } from './values.ts';
import { atLeast, type Version } from './version.ts';

/** Periodically deletes the documents that have expired by a TTL index. */
export class TtlMonitor {
  readonly #state: ServerState;
  #sleepSeconds: number;
  #timer: NodeJS.Timeout | undefined;
  enabled = true;
  passes = 0;
  deleted = 0;

  constructor(state: ServerState, sleepSeconds: number) {
    this.#state = state;
    this.#sleepSeconds = sleepSeconds;
  }

  get sleepSeconds(): number {
    return this.#sleepSeconds;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => this.pass(), this.#sleepSeconds * 1000);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  sleepFor(seconds: number): void {
    this.#sleepSeconds = seconds;
    if (this.#timer) this.start();
  }

  /** Only a primary deletes expired documents. */
  pass(now = Date.now()): void {
    if (!this.enabled || this.#state.replication?.isPrimary === false) return;
    for (const collection of this.#state.storage.all())
      this.deleted += expire(collection, this.#state.version, now);
    this.passes += 1;
  }
}

function expire(collection: Collection, version: Version, now: number): number {
  const due = collection.indexes.flatMap((index) => {
    const limit = expiryLimit(index, version, now);
    return limit === undefined ? [] : collection.find({}).filter(dueBy(index, limit));
  });
  const documents = new Set(due);
  for (const document of documents) collection.delete(document);
  return documents.size;
}

/** Documents up to this date have expired; undefined if the index never expires documents. */
function expiryLimit({ expireAfterSeconds }: IndexSpec, version: Version, now: number): number | undefined {
  if (!isNumber(expireAfterSeconds)) return undefined;
  const seconds = toNumber(expireAfterSeconds);
  if (!Number.isNaN(seconds)) return now - seconds * 1000;
  return atLeast(version, 5) ? now : undefined;
}

function dueBy(index: IndexSpec, limit: number): (document: Document) => boolean {
  const [path = ''] = Object.keys(index.key);
  const covers = index.partialFilterExpression ? matcher(index.partialFilterExpression) : () => true;
  return (document) =>
    covers(document) &&
    candidatesAt(document, path).some((value) => value instanceof Date && value.getTime() <= limit);
}
