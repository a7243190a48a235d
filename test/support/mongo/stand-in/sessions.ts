import type { Document } from 'bson';
import { CommandFailure } from './errors.ts';
import { keyText } from './values.ts';

/** The outcome of each statement of a session's latest retryable write. */
interface RetryableWrite {
  number: bigint;
  statements: Map<number, unknown>;
}

export const sessionText = (lsid: Document): string => keyText(lsid.id);

/** Bookkeeping of retryable writes: the same session and number get the same reply, and nothing is done twice. */
export class Sessions {
  readonly #writes = new Map<string, RetryableWrite>();

  begin(session: string, number: bigint): Statements {
    const latest = this.#writes.get(session);
    if (latest && number < latest.number) {
      throw new CommandFailure(
        225,
        `Retryable write with txnNumber ${number} is prohibited on session because a newer retryable write with txnNumber ${latest.number} has already started on this session.`,
      );
    }
    if (latest?.number === number) return new Statements(latest.statements);
    const statements = new Map<number, unknown>();
    this.#writes.set(session, { number, statements });
    return new Statements(statements);
  }

  end(session: string): void {
    this.#writes.delete(session);
  }
}

/** Runs each statement of a write at most once. */
export class Statements {
  readonly #done: Map<number, unknown>;
  readonly retried: number[] = [];

  constructor(done = new Map<number, unknown>()) {
    this.#done = done;
  }

  once<T>(index: number, run: () => T): T {
    if (this.#done.has(index)) {
      this.retried.push(index);
      return this.#done.get(index) as T;
    }
    const result = run();
    this.#done.set(index, result);
    return result;
  }
}
