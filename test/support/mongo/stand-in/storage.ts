import type { Document } from 'bson';
import { Collection } from './collection.ts';
import { CommandFailure } from './errors.ts';

const FORBIDDEN_IN_DATABASE_NAMES = /[/\\. "$\0]/;

/** The data of the server. It survives a pause. */
export class Storage {
  readonly #databases = new Map<string, Map<string, Collection>>();

  get databaseNames(): string[] {
    return [...this.#databases.keys()];
  }

  collections(database: string): Collection[] {
    return [...(this.#databases.get(database)?.values() ?? [])];
  }

  *all(): Generator<Collection> {
    for (const collections of this.#databases.values()) yield* collections.values();
  }

  get(database: string, name: string): Collection | undefined {
    return this.#databases.get(database)?.get(name);
  }

  /** Throws code 26 if there is no such collection. */
  require(database: string, name: string, message = `ns does not exist: ${database}.${name}`): Collection {
    const collection = this.get(database, name);
    if (!collection) throw new CommandFailure(26, message);
    return collection;
  }

  getOrCreate(database: string, name: string, options?: Document): Collection {
    const collections = this.#databases.get(database) ?? new Map<string, Collection>();
    const collection = collections.get(name) ?? new Collection(`${database}.${name}`, options);
    collections.set(name, collection);
    this.#databases.set(database, collections);
    return collection;
  }

  drop(database: string, name: string): boolean {
    const collections = this.#databases.get(database);
    const dropped = collections?.delete(name) ?? false;
    if (collections?.size === 0) this.#databases.delete(database);
    return dropped;
  }

  dropDatabase(database: string): boolean {
    return this.#databases.delete(database);
  }
}

export function checkDatabaseName(name: string): void {
  if (name === '' || name.length > 63 || FORBIDDEN_IN_DATABASE_NAMES.test(name)) {
    throw new CommandFailure(73, `Invalid database name: '${name}'`);
  }
}

/** The collection that a command names. */
export function collectionName(database: string, value: unknown, command: string): string {
  if (typeof value !== 'string') {
    throw new CommandFailure(
      73,
      `collection name has invalid type ${value === null ? 'null' : typeof value} in ${command}`,
    );
  }
  if (value === '' || value.startsWith('.') || value.includes('$') || value.includes('\0')) {
    throw new CommandFailure(73, `Invalid namespace specified '${database}.${value}'`);
  }
  return value;
}
