import type { Document } from 'bson';
import type { Connection } from '../connection.ts';
import type { Options } from '../options.ts';
import type { Statements } from '../sessions.ts';
import type { ServerState } from '../state.ts';
import type { Need } from '../users.ts';
import { textOf } from '../values.ts';

/** A command that is being run. */
export interface Call {
  name: string;
  database: string;
  body: Document;
  options: Options;
  state: ServerState;
  connection: Connection;
  /** The text of the session id, if the client sent one. */
  session: string | undefined;
  /** Bookkeeping of a retryable write; no effect on other commands. */
  statements: Statements;
}

/** What the caller needs: nothing, to be authenticated, or privileges. */
type Requirement = 'nothing' | 'authentication' | readonly Need[];

export interface Command {
  name: string;
  aliases?: readonly string[];
  /**
   * The known fields, besides the name and the fields of every command. `any` is for hello, in which clients send
   * fields that only newer servers understand.
   */
  fields: readonly string[] | 'any';
  /** Fields that MongoDB supports and this test double refuses. */
  elsewhere?: readonly string[];
  requires: Requirement | ((call: Call) => Requirement);
  /** Changes data: needs a primary and accepts a write concern. */
  writes?: boolean;
  /** May have a txnNumber outside of a transaction. */
  retryable?: boolean;
  adminOnly?: boolean;
  run(call: Call): Document | Promise<Document>;
}

/** Requires one action on the collection that the command names. */
export const onCollection =
  (...actions: string[]) =>
  ({ database, body, name }: Call): Need[] =>
    actions.map((action) => ({ action, db: database, collection: textOf(body[name]) }));

export const onDatabase =
  (action: string) =>
  ({ database }: Call): Need[] => [{ action, db: database }];

export const onServer = (action: string): readonly Need[] => [{ action }];
