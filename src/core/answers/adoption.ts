import { oldCookieName } from './old-stores.ts';
import type { Answers } from './options.ts';
import type { ProjectFacts } from './project-facts.ts';
import type { Settings } from './settings.ts';

/** Warnings when adoption is turned on or off. */
export function doubtsAboutAdoption(
  settings: Settings,
  saved: Answers,
  facts: ProjectFacts,
): readonly string[] {
  const { adopt, cookieName, legacyCookie } = settings;
  const { isFirstRun } = facts;
  if (adopt && beginsAdoption(settings, saved))
    return [
      ...beginning(adopt, cookieName, facts),
      ...(isFirstRun || isFoundAsBefore(settings, saved) ? [] : [ownSessionsEnd(adopt)]),
    ];
  if (!adopt && typeof saved.adopt === 'string') return [ending(String(saved.adoptCollection), legacyCookie)];
  if (isFirstRun || (saved.legacyCookie === true) === legacyCookie) return [];
  return [
    `in production the cookie is called ${legacyCookie ? cookieName : `__Host-${cookieName}`} from now on, so everybody has to log in again: deploy it when that does least harm`,
  ];
}

/** Whether this run is the first one that adopts sessions. */
export const beginsAdoption = ({ adopt }: Pick<Settings, 'adopt'>, saved: Answers): boolean =>
  adopt !== undefined && typeof saved.adopt !== 'string';

/** Whether sessions that the app has written itself are still found, under the cookie and where they are. */
const isFoundAsBefore = ({ adopt, cookieName }: Settings, saved: Answers): boolean =>
  saved.legacyCookie === true && saved.cookieName === cookieName && saved.collection !== adopt?.collection;

const ownSessionsEnd = ({ store }: NonNullable<Settings['adopt']>): string =>
  `sessions that this app has stored until now end; those of ${store} continue`;

function beginning(
  { store, collection }: NonNullable<Settings['adopt']>,
  cookieName: string,
  facts: ProjectFacts,
): readonly string[] {
  const usual = oldCookieName(store, facts);
  const isGuess =
    store === 'koa-session-mongoose' && !('koa-session' in facts.packages) && facts.oldCookie === undefined;
  return [
    `--adopt finds the old sessions by their cookies: put app.keys of the old app into APP_KEYS, or none is found. When the collection ${collection} is empty, turn it off with --no-adopt`,
    ...(usual === cookieName
      ? []
      : [
          `the cookie of the old app seems to be called ${usual}, but here it is ${cookieName}. If so, add --cookie-name ${usual}`,
        ]),
    ...(isGuess && usual === cookieName
      ? [
          `the cookie of the old app is expected to be ${cookieName}, its name from koa-session 6 on. If it was koa:sess, as before, add --cookie-name koa:sess`,
        ]
      : []),
  ];
}

function ending(collection: string, legacyCookie: boolean): string {
  return [
    `without --adopt, who comes back with a session that is still in ${collection} has to log in again. Wait until the old app is off and that collection is empty`,
    legacyCookie
      ? 'The cookie keeps its name, without `__Host-`, so that nobody has to log in again; --no-legacy-cookie changes that later, for everybody at once'
      : 'The cookie gets `__Host-` before its name in production: everybody has to log in again',
  ].join('. ');
}
