import { parseEnv } from 'node:util';
import { beginsAdoption } from '../answers/adoption.ts';
import type { Settings } from '../answers/settings.ts';
import { plainText } from '../project/text.ts';
import { envEntries } from '../render/env-file.ts';
import { APP_KEYS, byHand, isFirst, type Run, type Step, wasMade } from './step.ts';

export function fillingIn(settings: Settings, run: Run, names: readonly string[]): Step[] {
  const isAdopting = beginsAdoption(settings, run.saved);
  const others = names.filter((name) => name !== APP_KEYS || !isAdopting);
  return [
    ...(isAdopting ? [byHand(`Put app.keys of the old app into ${APP_KEYS}, in .env`)] : []),
    ...(others.length === 0 ? [] : [byHand(`Set ${others.join(', ')} in .env`)]),
    ...addingLogin(run),
    ...replacing(run),
  ];
}

/** In a fresh clone. Whether there was a login is not known, since only `.env` has it. */
function addingLogin(run: Run): Step[] {
  const { MONGODB_URL: url } = parseEnv(plainText(run.env));
  const isNew = !isFirst(run) && wasMade(run.entries, 'env');
  return isNew && url && !url.includes('@')
    ? [byHand('Add the login, if there is one, to MONGODB_URL in the new .env')]
    : [];
}

/** A value in `.env` before the first run is that of the app. Later, the user has changed an answer. */
function replacing(run: Run): Step[] {
  if (isFirst(run) || run.keptInEnv.length === 0) return [];
  return [byHand(`Change ${run.keptInEnv.join(', ')} in .env to the value given this time`)];
}

/** What has no value, and the keys of an earlier run, by which no cookie of the old app is valid. */
export function namesToFillIn(settings: Settings, run: Run): string[] {
  const values = parseEnv(plainText(run.env));
  const isReplaced = !isFirst(run) && beginsAdoption(settings, run.saved);
  return envEntries(settings)
    .map(({ name }) => name)
    .filter((name) => !values[name] || (name === APP_KEYS && isReplaced));
}
