// create-koa-mongo-session: collection
import { codeOf, SessionStoreError } from './errors.ts';
import type { SessionCollection, SessionDocument, SessionIndex } from './types.ts';

/** Plain values, from the primary, whatever the connection prefers: a secondary may hold what was destroyed. */
const READ = { readPreference: 'primary', raw: false, promoteValues: true };
/** Else a failover could bring a session back whose end was acknowledged, where the connection asks for `w: 1`. */
const DURABLE = { writeConcern: { w: 'majority' } };
/** A type is met by an array of it, too. */
const is = (...types: string[]) => ({ $type: types, $not: { $type: 'array' } });
/** What sessions of this store are known by. Others may keep their documents in the same collection. */
export const OWN: object = {
  _id: is('string'),
  data: is('string', 'binData'),
  version: is('int', 'long', 'double'),
  expiresAt: is('date'),
  createdAt: is('date'),
  updatedAt: is('date'),
};

/**
 * The collection for one operation of the store. After the deadline it sends nothing more, and the server ends what it
 * was sent: a write that its caller was told had failed must not come on top of later ones.
 */
export class BoundedCollection {
  readonly #sessions: SessionCollection;
  readonly #deadline: number;

  /** The deadline is on the clock of `performance.now()`, in ms. */
  constructor(sessions: SessionCollection, deadline: number) {
    this.#sessions = sessions;
    this.#deadline = deadline;
  }

  findOne(filter: object): Promise<SessionDocument | null> {
    return this.#sessions.findOne(filter, { ...READ, ...this.#timeLeft() });
  }

  /** Of this store's own documents. */
  find(filter: object, options: object = {}): Promise<SessionDocument[]> {
    const query = { $and: [OWN, filter] };
    return this.#sessions.find(query, { ...READ, ...options, ...this.#timeLeft() }).toArray();
  }

  count(filter: object): Promise<number> {
    return this.#sessions.countDocuments({ $and: [OWN, filter] }, this.#timeLeft());
  }

  /** Whether there is such a document. */
  async updateOne(filter: object, update: object, options: object = {}): Promise<boolean> {
    const limits = { ...options, ...this.#timeLeft() };
    const { acknowledged, matchedCount } = await this.#sessions.updateOne(filter, update, limits);
    if (acknowledged) return matchedCount > 0;
    // It tells nothing: a conflict and a logout would both look like success.
    throw new SessionStoreError('UNACKNOWLEDGED', 'Sessions need a write concern other than w=0.');
  }

  /** Whether there was such a document. */
  async deleteOne(filter: object): Promise<boolean> {
    const { deletedCount } = await this.#sessions.deleteOne(filter, { ...DURABLE, ...this.#timeLeft() });
    return deletedCount > 0;
  }

  /** Of this store's own documents. */
  async deleteMany(filter: object = {}): Promise<void> {
    await this.#sessions.deleteMany({ $and: [OWN, filter] }, { ...DURABLE, ...this.#timeLeft() });
  }

  /** None while there is no collection: the first session makes it. */
  async indexes(): Promise<SessionIndex[]> {
    try {
      return await this.#sessions.listIndexes(this.#timeLeft()).toArray();
    } catch (error) {
      if (codeOf(error) === 26) return [];
      throw error;
    }
  }

  #timeLeft(): { maxTimeMS: number } {
    const maxTimeMS = Math.ceil(this.#deadline - performance.now());
    if (maxTimeMS > 0) return { maxTimeMS };
    throw new SessionStoreError('TIMEOUT', 'The session database gave no answer in time.');
  }
}
