// create-koa-mongo-session: errors
/** Its message contains no session key, no payload and no credentials. */
export class SessionStoreError extends Error {
  override readonly name = 'SessionStoreError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Thrown = Partial<Error> & { readonly code?: number | string; readonly codeName?: string };

export const codeOf = (error: unknown): number | string | undefined => (Object(error) as Thrown).code;

/** For `catch`: does `work` instead if the error has one of these codes. Any other error stays one. */
export function ifCode<T>(codes: readonly number[], work: () => T): (error: unknown) => T {
  return (error) => {
    if (codes.includes(Number(codeOf(error)))) return work();
    throw error;
  };
}

/** A message of the server may quote the payload, so only its code is repeated. */
export function toStoreError(operation: string, error: unknown): SessionStoreError {
  if (error instanceof SessionStoreError) return error;
  const { name, message = 'no reason was given', code, codeName = 'an error' } = Object(error) as Thrown;
  const isAnswer = typeof code === 'number' || name === 'MongoServerError';
  const reason = isAnswer ? `MongoDB answered ${codeName} (code ${code ?? 'unknown'})` : message;
  // No code of Node: Koa 2 answers `ENOENT`, which a missing `tlsCAFile` has, with 404.
  const known = typeof code === 'number' ? code : name;
  return new SessionStoreError(String(known), `Session ${operation} failed: ${reason}`);
}
