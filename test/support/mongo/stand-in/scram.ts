import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a server stores of a password for SCRAM-SHA-256. */
export interface Credentials {
  salt: Buffer;
  iterations: number;
  storedKey: Buffer;
  serverKey: Buffer;
}

const ITERATIONS = 4096;

const hash = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export function deriveCredentials(password: string): Credentials {
  const salt = randomBytes(28);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  return {
    salt,
    iterations: ITERATIONS,
    storedKey: hash(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  };
}

const attributes = (message: string): Record<string, string> =>
  Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));

/** The client's first message, without its channel-binding header. */
export function parseClientFirst(payload: Buffer): { bare: string; user: string; nonce: string } | undefined {
  const match = /^n,,(n=([^,]*),r=([^,]+))$/.exec(payload.toString());
  const [, bare, name, nonce] = match ?? [];
  if (!bare || name === undefined || !nonce) return undefined;
  return { bare, nonce, user: name.replaceAll('=2C', ',').replaceAll('=3D', '=') };
}

/** The server's side of one exchange. */
export class Conversation {
  readonly #credentials: Credentials;
  readonly #clientFirst: string;
  readonly #nonce: string;
  readonly serverFirst: string;

  constructor(credentials: Credentials, clientFirst: string, clientNonce: string) {
    this.#credentials = credentials;
    this.#clientFirst = clientFirst;
    this.#nonce = clientNonce + randomBytes(24).toString('base64');
    this.serverFirst = `r=${this.#nonce},s=${credentials.salt.toString('base64')},i=${credentials.iterations}`;
  }

  /** The server's last message, or undefined if the client's proof is wrong. */
  finish(payload: Buffer): string | undefined {
    const message = payload.toString();
    const { c, r, p } = attributes(message);
    if (c !== 'biws' || r !== this.#nonce || p === undefined) return undefined;
    const signed = `${this.#clientFirst},${this.serverFirst},${message.slice(0, message.lastIndexOf(',p='))}`;
    const signature = hmac(this.#credentials.storedKey, signed);
    const proof = Buffer.from(p, 'base64');
    if (proof.length !== signature.length) return undefined;
    const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
    if (!timingSafeEqual(hash(clientKey), this.#credentials.storedKey)) return undefined;
    return `v=${hmac(this.#credentials.serverKey, signed).toString('base64')}`;
  }
}
