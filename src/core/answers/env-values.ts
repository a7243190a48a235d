import type { Answers } from './options.ts';
import type { Secrets, Settings } from './settings.ts';

/** The values for `.env` from this run: also a new URL, even if it contains no secret. */
export function valuesForEnv({ connection }: Settings, secrets: Secrets, saved: Answers): Secrets {
  const isNewUrl = connection.style === 'url' && connection.url !== saved.url;
  if (isNewUrl) return { MONGODB_URL: connection.url, ...secrets };
  // To be filled in: the URL of the example names another database than the one that the app has used.
  return saved.connection === 'host' ? { MONGODB_URL: '', ...secrets } : secrets;
}
