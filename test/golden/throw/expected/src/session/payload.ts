// create-koa-mongo-session: payload
import { SessionStoreError } from './errors.ts';
import type { SessionDocument, SessionPayload } from './types.ts';

/** Nothing when the text is no payload: it was damaged then. */
export function parsePayload(text: unknown): SessionPayload | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const payload = JSON.parse(text);
    // koa-session copies property by property: this one would replace the prototype of `ctx.session`.
    Reflect.deleteProperty(payload, '__proto__');
    return Array.isArray(payload) ? undefined : payload;
  } catch {
    return undefined;
  }
}

/** The payload as JSON text of at most so many bytes. */
export function toJson(payload: SessionPayload, maxBytes: number): string {
  const text = tryJson(payload);
  const bytes = Buffer.byteLength(text ?? '');
  if (text !== undefined && bytes <= maxBytes) return text;
  const sizeOf = (value: unknown) => tryJson([value])?.length ?? Infinity;
  const sizes = Object.entries(payload).map(([name, value]) => ({ name, size: sizeOf(value) }));
  const largest = sizes.sort((a, b) => b.size - a.size).map(({ name }) => name.slice(0, 50));
  if (text === undefined) throw new SessionStoreError('NOT_JSON', `session.${largest[0]} is not JSON.`);
  const message = `The session has ${bytes} bytes, ${maxBytes} are allowed. Largest: ${largest.slice(0, 3)}.`;
  throw new SessionStoreError('TOO_LARGE', message);
}

/** Nothing for a cycle or a BigInt. The error is not told: a `toJSON` that fails may quote the payload. */
function tryJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** koa-session's own fields of a session or of a document, as far as they are valid. */
export function cookieFields(fields: unknown): SessionDocument['cookie'] {
  const { _expire, _maxAge, _session } = Object(fields);
  return {
    ...(typeof _expire === 'number' && { _expire }),
    ...(typeof _maxAge === 'number' && { _maxAge }),
    ...(typeof _session === 'boolean' && { _session }),
  };
}
