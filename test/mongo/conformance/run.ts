import { type ClientSession, type Db, type Document, MongoServerError } from 'mongodb';
import { expect } from 'vitest';
import type { Step } from './row.ts';

/** Sends the requests one after another, and compares the replies. */
export async function runSteps(database: Db, steps: readonly Step[], session?: ClientSession): Promise<void> {
  for (const { send, to, reply, error } of steps) {
    const target = to === 'admin' ? database.admin() : database;
    const outcome = await target.command(send, { ...(session && { session }) }).catch(asErrorReply);
    expect(outcome, `reply to ${JSON.stringify(send)}`).toMatchObject(
      error ? { ok: 0, ...error } : (reply ?? {}),
    );
  }
}

function asErrorReply(error: unknown): Document {
  if (!(error instanceof MongoServerError)) throw error;
  return error.errorResponse;
}
