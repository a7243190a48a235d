import type { Document } from 'bson';
import type { Connection } from '../connection.ts';
import type { Options } from '../options.ts';
import type { Statements } from '../sessions.ts';
import type { ServerState } from '../state.ts';
import type { Need } from '../users.ts';
import { textOf } from '../values.ts';

/** One command as it is run. */
export interface Call {
  name: string;
  database: string;
  body: Document;
  options: Options;
  state: ServerState;
  connection: Connection;
  /** The text of the session's id, when the client sent one. */
  session: string | undefined;
  /** Bookkeeping of a retryable write; of no effect for any other. */
  statements: Statements;
}

/** What a caller must be allowed to do: nothing at all, merely be known, or have privileges. */
export type Requirement = 'nothing' | 'authentication' | readonly Need[];

export interface Command {
  name: string;
  aliases?: readonly string[];
  /**
   * The fields it knows, beside its name and those that every command knows. `any` is for hello, in which
   * clients say of themselves what only newer servers understand.
   */
  fields: readonly string[] | 'any';
  /** Fields that MongoDB knows and this test double refuses. */
  elsewhere?: readonly string[];
  requires: Requirement | ((call: Call) => Requirement);
  /** Changes data: needs a primary and takes a write concern. */
  writes?: boolean;
  /** May carry a txnNumber outside of a transaction. */
  retryable?: boolean;
  adminOnly?: boolean;
  run(call: Call): Document | Promise<Document>;
}

/** The need for one action on the collection that the command names. */
export const onCollection =
  (...actions: string[]) =>
  ({ database, body, name }: Call): Need[] =>
    actions.map((action) => ({ action, db: database, collection: textOf(body[name]) }));

export const onDatabase =
  (action: string) =>
  ({ database }: Call): Need[] => [{ action, db: database }];

export const onServer = (action: string): readonly Need[] => [{ action }];
