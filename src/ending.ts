import { Interrupted, UserError } from './core/errors.ts';
import { reasonOf } from './io/system-errors.ts';

/** How a run ended. */
export interface Ending {
  readonly exitCode: number;
  /** The output of `--json`, besides the exit code, the warnings and the error. */
  readonly facts: { readonly written?: boolean; readonly [fact: string]: unknown };
  /** Worded for the user; also printed on stderr. */
  readonly problem?: string;
}

/** A run that wrote nothing because of the error, or that ended with an unexpected error. */
export function endingOf(error: unknown, inCaseOfBug: (error: unknown) => string): Ending {
  if (error instanceof UserError || error instanceof Interrupted) return endedBy(error, { written: false });
  const reason = reasonOf(error);
  if (reason !== undefined) return endedBy(new UserError(`The run could not go on: ${reason}.`, 4), {});
  return { exitCode: 1, facts: {}, problem: inCaseOfBug(error) };
}

/** A run that ended with an error. */
export const endedBy = ({ exitCode, message }: UserError | Interrupted, facts: Ending['facts']): Ending => ({
  exitCode,
  facts,
  problem: message,
});
