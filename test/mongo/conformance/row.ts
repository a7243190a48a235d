import type { Document } from 'mongodb';

/** A request, and the reply according to MongoDB's manual. */
export interface Step {
  send: Document;
  /** Fields of the reply; it may have more. */
  reply?: Document;
  /** The expected error, instead of a reply. */
  error?: { code: number; codeName?: string; [detail: string]: unknown };
  /** The database that the request is sent to, instead of the test's. */
  to?: 'admin';
}

/** A behaviour, as requests and replies on a collection `things`, which does not exist at first. */
export interface Row {
  name: string;
  steps: Step[];
  /** The first server version with this behaviour, such as '5.0'. */
  from?: string;
  /** The first server version without this behaviour. */
  before?: string;
}

type Expectation = Pick<Step, 'reply' | 'error'>;

export const ok = (reply: Document = {}): Expectation => ({ reply: { ok: 1, ...reply } });
export const fails = (code: number, codeName?: string, details: Document = {}): Expectation => ({
  error: { code, ...(codeName !== undefined && { codeName }), ...details },
});
export const step = (send: Document, expectation: Expectation = ok()): Step => ({ send, ...expectation });
export const admin = (send: Document, expectation: Expectation = ok()): Step => ({
  send,
  to: 'admin',
  ...expectation,
});

/** Inserts documents, without checking the reply. */
export const given = (...documents: Document[]): Step =>
  step({ insert: 'things', documents }, ok({ n: documents.length }));

/** The whole collection afterwards, in the order of `_id`. */
export const holds = (...documents: Document[]): Step =>
  step({ find: 'things', sort: { _id: 1 } }, ok({ cursor: { firstBatch: documents } }));

const numbers = (version: string): number[] => version.split('.').map(Number);

function isBefore(version: string, other: string): boolean {
  const [a = [], b = []] = [numbers(version), numbers(other)];
  const [major = 0, minor = 0] = a;
  const [otherMajor = 0, otherMinor = 0] = b;
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

export const applies = ({ from, before }: Row, version: string): boolean =>
  !(from !== undefined && isBefore(version, from)) && (before === undefined || isBefore(version, before));
