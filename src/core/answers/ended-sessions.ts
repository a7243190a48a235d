import { beginsAdoption } from './adoption.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { migrateCommand } from './managers.ts';
import { type SessionsPlace, sessionsPlaceIn } from './mongodb-url.ts';
import type { Answers } from './options.ts';
import type { Settings } from './settings.ts';
import { withValue } from './shell.ts';

/**
 * How changed answers affect existing sessions: one text, or none. It lists every change that ends sessions, with what
 * to do about it.
 *
 * @param answers those of this run, as they will be saved
 * @param saved those of the previous run; empty on the first
 * @param scripts those of package.json
 */
export function endedSessions(
  settings: Settings,
  answers: Answers,
  saved: Answers,
  scripts: Readonly<Record<string, string>>,
): readonly string[] {
  const migration: Migration = (options) =>
    migrateCommand(settings.project.manager, scripts, settings.migration, options);
  const changes = [
    ...otherDatabase(settings, answers, saved),
    ...otherCollection(settings, answers, saved, migration),
    ...otherCookie(settings, saved),
    ...encryptionOn(settings, saved, migration),
    ...encryptionOff(settings, saved, migration),
    ...shorterLife(settings, saved),
  ];
  if (changes.length === 0) return [];
  return [
    `this ends sessions that are alive, unless you follow these steps:\n${changes.map((change) => `  - ${change}`).join('\n')}`,
  ];
}

/** The command of the migration, with these options. */
type Migration = (options?: string) => string;

/** Whether both runs say where the database is, and name two. With `db` and `mongoose`, only the app knows. */
function isOtherDatabase(answers: Answers, saved: Answers): boolean {
  const [now, before] = [sessionsPlaceOf(answers), sessionsPlaceOf(saved)];
  if (now === undefined || before === undefined) return false;
  return now.database !== before.database || !now.hosts.some((host) => before.hosts.includes(host));
}

function sessionsPlaceOf({ connection, url, host, port, db }: Answers): SessionsPlace | undefined {
  if (connection === 'url') return sessionsPlaceIn(url);
  const place = connection === 'host' ? sessionsPlaceIn(`mongodb://${host}:${port}`) : undefined;
  return place && { ...place, database: String(db) };
}

function otherDatabase({ collection }: Settings, answers: Answers, saved: Answers): string[] {
  if (!isOtherDatabase(answers, saved)) return [];
  const name = saved.collection === collection ? '' : ` as ${collection}`;
  return [
    `the database is a different one: the sessions stay in the old one. Copy their collection, ${saved.collection}, with mongodump and mongorestore${name} when you deploy`,
  ];
}

/** The collection that is adopted from holds the sessions of the old store, and nobody should drop it. */
function otherCollection(
  { collection, adopt }: Settings,
  answers: Answers,
  saved: Answers,
  migration: Migration,
): string[] {
  if (typeof saved.collection !== 'string' || saved.collection === collection) return [];
  if (saved.collection === adopt?.collection || isOtherDatabase(answers, saved)) return [];
  const command = migration(withValue('--from', saved.collection));
  return [
    `--collection is ${collection} and was ${saved.collection}: run \`${command}\` right before you deploy, and again when no old process is running. It copies the sessions, and one that ends at an old process after the first run stays alive; drop the old collection yourself`,
  ];
}

/** When adoption begins, the new name is the one that the cookies of the old app have. */
function otherCookie(settings: Settings, saved: Answers): string[] {
  const { cookieName } = settings;
  if (typeof saved.cookieName !== 'string' || saved.cookieName === cookieName) return [];
  if (beginsAdoption(settings, saved)) return [];
  return [
    `--cookie-name is ${cookieName} and was ${saved.cookieName}: everybody has to log in again. To avoid that, keep the name`,
  ];
}

function encryptionOn({ encrypt }: Settings, saved: Answers, migration: Migration): string[] {
  if (!encrypt || saved.encrypt !== false) return [];
  return [
    [
      '--encrypt is new: without these steps, plain-text sessions are not accepted',
      '1. deploy with SESSION_PLAIN_TEXT=write in the environment: the app reads both, and still writes plain text',
      '2. when no old process is running, deploy with SESSION_PLAIN_TEXT=read: it reads both, and encrypts what it writes',
      `3. when again no old process is running, run \`${migration()}\` with SESSION_PLAIN_TEXT=read: it encrypts the rest`,
      '4. deploy without SESSION_PLAIN_TEXT: plain text is refused from then on',
    ].join('\n    '),
  ];
}

function encryptionOff({ encrypt }: Settings, saved: Answers, migration: Migration): string[] {
  if (encrypt || saved.encrypt !== true) return [];
  return [
    [
      '--no-encrypt: encrypted sessions can no longer be read. Keep encryption until these steps are done',
      '1. deploy with SESSION_PLAIN_TEXT=read in the environment, so that every process reads plain text, too',
      '2. when no old process is running, deploy with SESSION_PLAIN_TEXT=write: it reads both, and writes plain text',
      `3. when again no old process is running, run \`${migration()}\` with SESSION_PLAIN_TEXT=write: it decrypts the rest`,
      '4. then --no-encrypt ends no session',
    ].join('\n    '),
  ];
}

function shorterLife({ absoluteTtl }: Settings, saved: Answers): string[] {
  const before = secondsOf(saved.absoluteTtl);
  const isFirst = secondsOf(saved.ttl) === undefined;
  if (isFirst || absoluteTtl === undefined || (before !== undefined && before <= absoluteTtl)) return [];
  const was = before === undefined ? 'off' : formatDuration(before);
  return [
    `--absolute-ttl is ${formatDuration(absoluteTtl)} and was ${was}: sessions that are older end when it is deployed. Start with a longer one to end fewer`,
  ];
}

/**
 * A changed `--ttl` does not end existing sessions, and extends them only at their next renewal. Without `--rolling`,
 * one that is not changed is renewed in the second half of the TTL alone.
 */
export function lifetimesKept({ ttl, rolling }: Settings, saved: Answers): readonly string[] {
  const before = secondsOf(saved.ttl);
  if (before === undefined || before === ttl) return [];
  const next =
    rolling || before < ttl
      ? 'their next renewal gives them the new lifetime'
      : 'a change gives them the new lifetime, a request that only reads does not. To end all of them, call clear() of the store';
  return [
    `sessions that exist now end as before, at most ${formatDuration(before)} after their last renewal; ${next}`,
  ];
}

function secondsOf(answer: unknown): number | undefined {
  const parsed = parseDuration(answer ?? '');
  return 'value' in parsed ? parsed.value : undefined;
}
