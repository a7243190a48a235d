import { fileURLToPath } from 'node:url';

/**
 * A key and certificate for localhost and 127.0.0.1 that protect nothing: they are public, and for tests only.
 * Their authority's own key was thrown away. Valid until 2126.
 */
export const KEY_AND_CERTIFICATE_FILE = fileURLToPath(
  new URL('./tls/test-only-key-and-certificate.pem', import.meta.url),
);

export const CA_FILE = fileURLToPath(new URL('./tls/test-only-ca.pem', import.meta.url));
