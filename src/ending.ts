import { UserError } from './core/errors.ts';
import { withoutLogins } from './core/report/without-logins.ts';
import { reasonOf } from './io/system-errors.ts';
import type { Standing } from './io/terminal/signals.ts';

/** How a run ended. */
export interface Ending {
  readonly exitCode: number;
  /** The output of `--json`, besides the exit code, the warnings and the error. */
  readonly facts: { readonly written?: boolean; readonly [fact: string]: unknown };
  /** Worded for the user; also printed on stderr. */
  readonly problem?: string;
}

/**
 * A run that was ended by an error.
 *
 * @param standing what was written by then; after an unexpected error, nobody can tell
 */
export function endingOf(
  error: unknown,
  inCaseOfBug: (error: unknown) => string,
  { written }: Pick<Standing, 'written'>,
): Ending {
  if (error instanceof UserError) return endedBy(error, { written });
  const reason = reasonOf(error);
  if (reason !== undefined) return endedBy(new UserError(`The run could not go on: ${reason}.`, 4), {});
  return { exitCode: 1, facts: {}, problem: inCaseOfBug(error) };
}

/** A run that ended with an error. */
export const endedBy = ({ exitCode, message }: UserError, facts: Ending['facts']): Ending => ({
  exitCode,
  facts,
  problem: withoutLogins(message),
});
