// create-koa-mongo-session: encryption
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { SessionStoreError } from './errors.ts';

const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

/** AES-256-GCM. The `_id` is authenticated with it, so that no ciphertext can be moved to another document. */
export function encrypt(id: string, text: string, [key]: readonly [Buffer, ...Buffer[]]): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(id));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([keyId(key), iv, cipher.getAuthTag(), ciphertext]);
}

/** Nothing when the record was damaged or belongs to another document; throws when its key is not in the ring. */
export function decrypt(
  id: string,
  data: Buffer,
  keys: readonly [Buffer, ...Buffer[]],
): { text: string; outdated: boolean } | undefined {
  if (!Buffer.isBuffer(data) || data.length < HEAD_BYTES) return undefined;
  const key = keys.find((candidate) => keyId(candidate).equals(data.subarray(0, KEY_ID_BYTES)));
  if (!key) {
    const message = 'A session was encrypted with a key that is not among the encryption keys: put it back.';
    throw new SessionStoreError('UNKNOWN_ENCRYPTION_KEY', message);
  }
  const iv = data.subarray(KEY_ID_BYTES, KEY_ID_BYTES + IV_BYTES);
  const tag = data.subarray(KEY_ID_BYTES + IV_BYTES, HEAD_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(id)).setAuthTag(tag);
    const text = decipher.update(data.subarray(HEAD_BYTES), undefined, 'utf8') + decipher.final('utf8');
    return { text, outdated: key !== keys[0] };
  } catch {
    return undefined;
  }
}

/** Tells which key of the ring was used, and says nothing of the key itself. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('key id').update(key).digest().subarray(0, KEY_ID_BYTES);
}
