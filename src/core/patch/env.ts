import { parseEnv } from 'node:util';
import type { Secrets } from '../answers/settings.ts';
import { UserError } from '../errors.ts';
import { refuseMarkers } from '../plan/merge.ts';
import { BYTE_ORDER_MARK, inFormOf, markOf, plainText, withLastLineEnded } from '../project/text.ts';
import type { EnvEntry } from '../render/env-file.ts';
import { envLiteral } from '../render/literal.ts';

export interface PatchedEnv {
  readonly text: string;
  readonly notes: readonly string[];
  /** Names with another value than the one that was given this time. */
  readonly kept: readonly string[];
}

/**
 * Adds the missing names and changes no existing line: the old text is the beginning of the new one.
 *
 * @param newKey returns a new random key
 * @param file name of the file, for errors
 * @throws UserError for conflict markers, or if a value cannot be written or read back; it names the variable and never
 *   the value
 */
export function patchEnv(
  raw: string | undefined,
  entries: readonly EnvEntry[],
  secrets: Secrets,
  newKey: () => string,
  file = '.env',
): PatchedEnv {
  const text = plainText(raw ?? '');
  refuseMarkers(file, text);
  const present = parseEnv(text);
  const missing = entries.filter(({ name }) => !Object.hasOwn(present, name));
  const kept = entries.filter(hasOtherValue(present, secrets)).map(({ name }) => name);
  const notes = kept.map(note);
  const values = new Map(
    entries.map((entry) => [entry.name, present[entry.name] ?? freshValue(entry, secrets, newKey)]),
  );
  const added = missing.map(
    ({ name, comment }) => `# ${comment}\n${name}=${written(name, values.get(name))}\n`,
  );
  const patched = [withLastLineEnded(text), ...added].filter((part) => part !== '').join('\n');
  assertReadsBack(markOf(raw ?? '') + patched, values, file);
  if (raw !== undefined && missing.length === 0) return { text: raw, notes, kept };
  return { text: raw === undefined ? patched : inFormOf(raw, patched), notes, kept };
}

/** The command line gave a value, but `.env` already has another one. An empty one has a step in any case. */
function hasOtherValue(present: Record<string, string | undefined>, secrets: Secrets) {
  return ({ name }: EnvEntry) => Boolean(present[name] && secrets[name]) && present[name] !== secrets[name];
}

function note(name: string): string {
  return `.env already has ${name}, which was kept. To use the value given this time, put it there yourself.`;
}

function freshValue({ name, secret, example }: EnvEntry, secrets: Secrets, newKey: () => string): string {
  if (Object.hasOwn(secrets, name)) return secrets[name] ?? '';
  if (secret === 'random-keys') return newKey();
  return secret === 'given' ? example : '';
}

function written(name: string, value = ''): string {
  try {
    return envLiteral(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `The value for ${name} cannot be written to .env: it ${error.message}. Set it there by hand.`,
    );
  }
}

/**
 * The old text may include the following lines, for example after an unclosed quote. A byte order mark becomes part of
 * the first name; in Node 20, a comment before the name does, too.
 */
function assertReadsBack(patched: string, values: ReadonlyMap<string, string>, file: string): void {
  const found = parseEnv(patched);
  const lost = [...values].filter(([name, value]) => found[name] !== value).map(([name]) => name);
  if (lost.length === 0) return;
  const names = lost.join(', ');
  throw new UserError(
    patched.startsWith(BYTE_ORDER_MARK)
      ? `${file} begins with a byte order mark, after which Node would not find ${names}. Save it without the mark, then run again.`
      : `nothing can be added to ${file}: Node would not read ${names}. Is there a quote that is never closed?`,
  );
}
