import { Long, ObjectId } from 'bson';

/** A replica set with one member, which can step down and becomes primary again after a moment. */
export class Replication {
  readonly setName: string;
  #electionId = 1;
  #secondaryUntil = 0;

  constructor(setName: string) {
    this.setName = setName;
  }

  get isPrimary(): boolean {
    return Date.now() >= this.#secondaryUntil;
  }

  /** Increases with each election, so that clients can tell an old primary from a new one. */
  get electionId(): ObjectId {
    return new ObjectId(`7fffffff${this.#electionId.toString(16).padStart(16, '0')}`);
  }

  get term(): Long {
    return Long.fromNumber(this.#electionId);
  }

  /** Connections stay open, as since 4.2: clients notice it by the errors of their commands. */
  stepDown(milliseconds: number): void {
    this.#secondaryUntil = Date.now() + milliseconds;
    this.#electionId += 1;
  }

  unfreeze(): void {
    this.#secondaryUntil = 0;
  }
}
