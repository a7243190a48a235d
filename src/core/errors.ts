/** What the exit code of an error that the user can mend says; see `--help`. */
export type UserErrorCode = 2 | 3 | 4 | 5;

/**
 * The user's to mend: the message says what is wrong, where, and what to do. Printed once, to stderr, without a
 * stack. A message never holds a secret.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: UserErrorCode;

  constructor(message: string, exitCode: UserErrorCode = 2, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Ctrl-C at a question: ends the program with 130, and nothing has been written. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode = 130;

  constructor() {
    super('Nothing was written.');
  }
}
