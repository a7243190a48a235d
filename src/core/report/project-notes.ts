import { parseEnv } from 'node:util';
import { KEPT_FILES } from '../answers/kept-files.ts';
import { sessionsPlaceIn } from '../answers/mongodb-url.ts';
import { oldCookieName, oldStoreIn } from '../answers/old-stores.ts';
import type { Packages } from '../answers/project-facts.ts';
import type { Settings } from '../answers/settings.ts';
import { isOpenedByApp } from '../answers/styles.ts';
import { PASSPORT } from '../answers/suggestions.ts';
import { type Place, placeText } from '../project/place.ts';
import { plainText } from '../project/text.ts';
import type { Project } from '../project/working-tree.ts';
import { envEntries } from '../render/env-file.ts';
import { packageNotes } from './package-notes.ts';

/**
 * Notes for the user about what was found in the project.
 *
 * @param env the text of `.env` before the run
 */
export function projectNotes(settings: Settings, project: Project, env: string): readonly string[] {
  const { manifest, packages, databases } = project;
  const isFirstRun = manifest === undefined;
  const isNewStyle = manifest?.answers.connection !== settings.connection.style;
  const firstNotes = isFirstRun
    ? [...keptNotes(settings), ...adoptionNotes(settings, project), ...userNotes(settings, packages)]
    : [];
  return [
    ...firstNotes,
    ...(isNewStyle ? [...databaseNotes(settings, databases), ...urlNotes(settings, env)] : []),
    ...packageNotes(packages, settings),
  ];
}

/** The migration knows the database only by MONGODB_URL. */
function databaseNotes({ connection, app }: Settings, [named]: readonly Place[]): string[] {
  if (!isOpenedByApp(connection.style) || app || named === undefined) return [];
  return [
    `the app names its database at ${placeText(named)}: MONGODB_URL in .env has to name the same one, or the migration works on another`,
  ];
}

/** Of a value that the project had before: a `--url` without a database is refused. */
function urlNotes(settings: Settings, env: string): string[] {
  const { MONGODB_URL: url } = parseEnv(plainText(env));
  const isUsed = envEntries(settings).some(({ name }) => name === 'MONGODB_URL');
  if (!isUsed || sessionsPlaceIn(url)?.database !== '') return [];
  return [
    'MONGODB_URL in .env names no database: the driver uses `test`. Add one; with a login, it then needs an authSource',
  ];
}

/** A run without questions does not adopt old sessions, and everybody has to log in again. */
function adoptionNotes({ adopt, collection }: Settings, project: Project): string[] {
  const store = oldStoreIn(project.packages);
  if (adopt !== undefined || store === undefined) return [];
  const other = collection === 'sessions' ? ' --collection koa_sessions' : '';
  return [
    `there seem to be sessions of ${store}. To keep everybody logged in, run again with --adopt ${store}${other} --cookie-name ${oldCookieName(store, project)}${project.oldCookie ? '' : ", or the app's own name for it"}`,
  ];
}

const userNotes = ({ userKey }: Settings, packages: Packages): string[] =>
  packages[PASSPORT] === undefined || userKey !== undefined
    ? []
    : [
        `${PASSPORT} keeps the user at passport.user: with --user-key passport.user the sessions of a user can be listed, and ended together`,
      ];

function keptNotes({ project, dir }: Settings): string[] {
  if (project.kind !== 'new') return [];
  const kept = project.kept
    .filter((id) => id !== 'env-example' && id !== 'yarnrc')
    .map((id) => KEPT_FILES[id][0]);
  if (kept.length === 0) return [];
  return [`kept your ${kept.join(' and ')}. The guide to the sessions is ${dir}/README.md.`];
}
