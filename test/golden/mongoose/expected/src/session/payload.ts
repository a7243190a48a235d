// create-koa-mongo-session: payload
import type { SessionDocument } from './collection.ts';
import { SessionStoreError } from './errors.ts';

export type SessionPayload = Record<string, unknown>;

/** `undefined` if the text is not a payload, and so was damaged. */
export function parsePayload(text: unknown): SessionPayload | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const payload = JSON.parse(text) as SessionPayload;
    // koa-session copies each property: this one would replace the prototype of `ctx.session`.
    Reflect.deleteProperty(payload, '__proto__');
    return Array.isArray(payload) ? undefined : payload;
  } catch {
    return undefined;
  }
}

/** The payload as JSON text; throws if it is larger than `maxBytes`. */
export function toJson(payload: SessionPayload, maxBytes: number): string {
  const text = tryJson(payload);
  const bytes = Buffer.byteLength(text ?? '');
  if (text !== undefined && bytes <= maxBytes) return text;
  const sizeOf = (value: unknown) => tryJson([value])?.length ?? Infinity;
  const sizes = Object.entries(payload).map(([name, value]) => ({ name, size: sizeOf(value) }));
  const [largest] = sizes.sort((a, b) => b.size - a.size).map(({ name }) => `session.${name.slice(0, 50)}`);
  if (text === undefined) throw new SessionStoreError('NOT_JSON', `${largest} is not JSON.`);
  const message = `The session has ${bytes} bytes, ${maxBytes} are allowed. ${largest} takes the most.`;
  throw new SessionStoreError('TOO_LARGE', message);
}

/** `undefined` for a cycle or a BigInt. The error is dropped, since a `toJSON` that fails may quote the payload. */
export function tryJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The fields of the cookie in a session or in a document, as far as they are valid. */
export function cookieFields(fields: unknown): SessionDocument['cookie'] {
  const { _expire, _maxAge, _session, _touched } = Object(fields) as SessionDocument['cookie'];
  return {
    ...(Number.isFinite(_expire) && { _expire }),
    ...(Number.isFinite(_maxAge) && { _maxAge }),
    ...(_session === true && { _session }),
    ...(Number.isFinite(_touched) && { _touched }),
  };
}

/** Three-way merge of the top-level properties: what this request changed wins, the rest is as in `theirs`. */
export function merge(base: string, theirs: string, mine: string): string {
  const [before = {}, merged = {}, wanted = {}] = [base, theirs, mine].map(parsePayload);
  for (const name of Object.keys({ ...before, ...wanted })) {
    const isChanged = JSON.stringify(before[name]) !== JSON.stringify(wanted[name]);
    // A property that this request removed is `undefined`, which JSON leaves out.
    if (isChanged) merged[name] = wanted[name];
  }
  return JSON.stringify(merged);
}
