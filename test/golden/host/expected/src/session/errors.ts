// create-koa-mongo-session: errors
/** Its message holds no session key, no payload and no credentials. */
export class SessionStoreError extends Error {
  override readonly name = 'SessionStoreError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What may be read off anything that was thrown. */
type Thrown = Partial<Error> & { readonly code?: number | string; readonly codeName?: string };

export function codeOf(error: unknown): number | string | undefined {
  return (Object(error) as Thrown).code;
}

/** A server's message may quote the command, and with it the payload: only its code is repeated. */
export function toStoreError(operation: string, error: unknown): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  const { name, message = 'no reason was given', code, codeName = 'an error' } = Object(error) as Thrown;
  const isAnswer = typeof code === 'number' || name === 'MongoServerError';
  const reason = isAnswer ? `MongoDB answered ${codeName} (code ${code ?? 'unknown'})` : message;
  return new SessionStoreError(String(code ?? name), `Session ${operation} failed: ${reason}`);
}
