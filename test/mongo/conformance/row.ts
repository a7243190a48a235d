import type { Document } from 'mongodb';

/** One request, and what MongoDB's manual says of the reply. */
export interface Step {
  send: Document;
  /** Fields the reply has; it may have more. */
  reply?: Document;
  /** The error it answers with instead. */
  error?: { code: number; codeName?: string; [detail: string]: unknown };
  /** Sent to this database instead of the test's own. */
  to?: 'admin';
}

/** A behaviour, as requests and replies in a collection `things` that does not exist at first. */
export interface Row {
  name: string;
  steps: Step[];
  /** The first server version of which it is true, such as '5.0'. */
  from?: string;
  /** The first server version of which it is no longer true. */
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

/** Documents put in place, of which nothing is claimed. */
export const given = (...documents: Document[]): Step =>
  step({ insert: 'things', documents }, ok({ n: documents.length }));

/** What the whole collection, in order of `_id`, holds afterwards. */
export const holds = (...documents: Document[]): Step =>
  step({ find: 'things', sort: { _id: 1 } }, ok({ cursor: { firstBatch: documents } }));

const numbers = (version: string): number[] => version.split('.').map(Number);

export function isBefore(version: string, other: string): boolean {
  const [a = [], b = []] = [numbers(version), numbers(other)];
  const [major = 0, minor = 0] = a;
  const [otherMajor = 0, otherMinor = 0] = b;
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

export const applies = ({ from, before }: Row, version: string): boolean =>
  !(from !== undefined && isBefore(version, from)) && (before === undefined || isBefore(version, before));
