import type { Answers } from './options.ts';
import type { Secrets, Settings } from './settings.ts';

/** The values for `.env` from this run: also a new URL, even if it contains no secret. */
export function valuesForEnv({ connection }: Settings, secrets: Secrets, saved: Answers): Secrets {
  const isNewUrl = connection.style === 'url' && connection.url !== saved.url;
  return isNewUrl ? { MONGODB_URL: connection.url, ...secrets } : secrets;
}
