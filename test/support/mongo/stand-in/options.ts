import type { Document } from 'bson';
import { CommandFailure } from './errors.ts';
import { bsonTypeName, isDocument, isNumber, toNumber } from './values.ts';

const mismatch = (command: string, field: string, value: unknown, expected: string): CommandFailure =>
  new CommandFailure(
    14,
    `BSON field '${command}.${field}' is the wrong type '${bsonTypeName(value)}', expected type '${expected}'`,
  );

/** Reads fields of a command by type; a value of the wrong type is code 14, as in MongoDB. */
export class Options {
  readonly #command: string;
  readonly #body: Document;

  constructor(command: string, body: Document) {
    this.#command = command;
    this.#body = body;
  }

  has(field: string): boolean {
    return this.#body[field] !== undefined && this.#body[field] !== null;
  }

  raw(field: string): unknown {
    return this.#body[field];
  }

  number(field: string): number | undefined {
    if (!this.has(field)) return undefined;
    const value = this.#body[field];
    if (!isNumber(value)) throw mismatch(this.#command, field, value, 'number');
    return Math.trunc(toNumber(value));
  }

  /** Like `number`, but refuses negative numbers. */
  count(field: string): number | undefined {
    const number = this.number(field);
    if (number !== undefined && number < 0) {
      throw new CommandFailure(51024, `BSON field '${field}' value must be >= 0, actual value '${number}'`);
    }
    return number;
  }

  boolean(field: string, otherwise = false): boolean {
    if (!this.has(field)) return otherwise;
    const value = this.#body[field];
    if (isNumber(value)) return toNumber(value) !== 0;
    if (typeof value !== 'boolean') throw mismatch(this.#command, field, value, 'bool');
    return value;
  }

  text(field: string): string | undefined {
    if (!this.has(field)) return undefined;
    const value = this.#body[field];
    if (typeof value !== 'string') throw mismatch(this.#command, field, value, 'string');
    return value;
  }

  document(field: string): Document | undefined {
    if (!this.has(field)) return undefined;
    const value = this.#body[field];
    if (!isDocument(value)) throw mismatch(this.#command, field, value, 'object');
    return value;
  }

  /** The documents of an array, from the body or from a document sequence. */
  documents(field: string): Document[] {
    if (!this.has(field)) throw missing(this.#command, field);
    const value = this.#body[field];
    if (!Array.isArray(value)) throw mismatch(this.#command, field, value, 'array');
    const odd = value.find((item) => !isDocument(item));
    if (odd !== undefined) throw mismatch(this.#command, field, odd, 'object');
    return value;
  }
}

const missing = (command: string, field: string): CommandFailure =>
  new CommandFailure(40414, `BSON field '${command}.${field}' is missing but a required field`);

/** An unknown field is an error; it is never ignored. */
export function checkFields(command: string, body: Document, known: ReadonlySet<string>): void {
  const unknown = Object.keys(body).find((field) => !known.has(field));
  if (unknown) throw new CommandFailure(40415, `BSON field '${command}.${unknown}' is an unknown field.`);
}

/** The statements of a write command, each checked like a command. */
export function statementsOf(
  options: Options,
  field: string,
  name: string,
  known: ReadonlySet<string>,
): Options[] {
  return options.documents(field).map((statement) => {
    checkFields(name, statement, known);
    return new Options(name, statement);
  });
}
