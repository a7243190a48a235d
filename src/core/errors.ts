/** The exit codes of errors that the user can fix; see `--help`. */
type UserErrorCode = 2 | 4 | 5;

/**
 * An error that the user can fix: the message says what is wrong, where, and what to do. It is printed once, to stderr,
 * without a stack. It never contains a secret.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: UserErrorCode;

  constructor(message: string, exitCode: UserErrorCode = 2, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
