import { fileURLToPath } from 'node:url';

/**
 * A public key and certificate for localhost and 127.0.0.1, only for tests. The key of the authority was thrown away.
 * Valid until 2126.
 */
export const KEY_AND_CERTIFICATE_FILE = fileURLToPath(
  new URL('./tls/test-only-key-and-certificate.pem', import.meta.url),
);

export const CA_FILE = fileURLToPath(new URL('./tls/test-only-ca.pem', import.meta.url));
