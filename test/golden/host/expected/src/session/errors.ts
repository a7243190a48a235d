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

export function timedOut(timeout: number): SessionStoreError {
  return new SessionStoreError('TIMEOUT', `The session database gave no answer in ${timeout} ms.`);
}

/** A server's message may quote the command, and with it the payload: only its code is repeated. */
export function toStoreError(operation: string, error: unknown): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  const { name, message, code, codeName = 'an error' } = Object(error);
  const isAnswer = typeof code === 'number' || name === 'MongoServerError';
  const reason = isAnswer ? `MongoDB answered ${codeName} (code ${code})` : message;
  return new SessionStoreError(String(code ?? name), `Session ${operation} failed: ${reason}`);
}
