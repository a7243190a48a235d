import type { Settings } from '../answers/settings.ts';
import { callOfSessions } from '../patch/imported-sessions.ts';
import { whereToMount } from '../patch/where-to-mount.ts';
import { placeText } from '../project/place.ts';
import type { SessionUses } from '../project/session-uses.ts';
import { envLoading } from './env-loading.ts';
import type { Mounting } from './mounting.ts';
import { closingOf, runningOf, testingOf } from './running-steps.ts';
import { APP_KEYS, byHand, type Run, type Step, wasMade, wasTouched, withLines } from './step.ts';

/** Only for the user's own app; the generated app has the sessions already. */
export function mountingSteps(settings: Settings, { entries, project }: Run, mounting: Mounting): Step[] {
  if (settings.app || !wasMade(entries, 'session')) return [];
  const loading = loadingEnv(settings, project, mounting);
  const running = runningOf(settings, project);
  return [
    ...(callOfSessions(settings, project.koaSources) ? [] : addingCall(mounting)),
    ...removingOld(mounting, settings),
    ...replacingGeneric(project),
    ...withLines(
      'Write `await` before these calls: one that fails, as while the database is down, would end the process',
      project.sessionUses.unawaited.map(placeText),
    ),
    ...replacingKeys(mounting.keys),
    ...declaring(settings, project.sessionUses),
    ...loading,
    ...(running === undefined ? [] : [running]),
    ...testingOf(settings, project, loading.length === 0),
    ...closingOf(settings, project),
  ];
}

const addingCall = ({ mount, mountIn, within, connection }: Mounting): Step[] =>
  withLines(`Mount the sessions ${whereToMount(mountIn, within)}${passing(connection)}`, mount);

function removingOld({ instead }: Mounting, { adopt }: Settings): Step[] {
  if (instead === undefined) return [];
  const loss = adopt ? '' : '. Their users then have to log in again';
  return [byHand(`Remove the old sessions, with their options, at ${instead}${loss}`)];
}

function loadingEnv(settings: Settings, project: Run['project'], { source }: Mounting): Step[] {
  const lines = envLoading(settings, project, source);
  const what = `Load .env${source ? ` in ${source.path}` : ''}, before the sessions are mounted`;
  return withLines(what, lines);
}

/** The sessions were mounted by an earlier run or by hand, for a connection that is passed in another way. */
export function changingCall(
  settings: Settings,
  { saved, entries, project }: Run,
  { mount, connection }: Mounting,
): Step[] {
  const found = callOfSessions(settings, project.koaSources);
  const isNew = saved.connection === undefined || wasMade(entries, 'session');
  const passed = (style: unknown) => (style === 'db' || style === 'mongoose' ? style : 'nothing');
  if (settings.app || (isNew && !found) || wasTouched(entries, 'own-app')) return [];
  if (passed(saved.connection) === passed(settings.connection.style)) return [];
  const call = mount.at(-1)?.replace(/^[\w$]+/, (name) => found?.name ?? name) ?? '';
  const what = `Change the call of sessions()${found ? ` at ${found.place}` : ''}${passing(connection)} to`;
  return withLines(what, [call]);
}

const passing = (connection: string | undefined): string =>
  connection === undefined ? '' : ` (the connection is made at ${connection})`;

/** They would silently replace the keys from APP_KEYS. */
const replacingKeys = (place: string | undefined): Step[] =>
  place === undefined
    ? []
    : [
        byHand(
          `Remove app.keys at ${place}, or set it before sessions() is called: then its keys sign the cookies, and ${APP_KEYS} is not used`,
        ),
      ];

/** The session was `any` before. Now a build refuses properties that SessionData does not declare. */
function declaring({ project, dir, userKey }: Settings, uses: SessionUses): Step[] {
  if (project.language === 'javascript' || project.samples.length > 0) return [];
  const declared = userKey?.split('.', 1).join();
  const properties = uses.properties.filter(
    ({ name }, at, all) => name !== declared && at === all.findIndex((use) => use.name === name),
  );
  const more = properties.length - MAX_DECLARED;
  const lines = [
    ...properties
      .slice(0, MAX_DECLARED)
      .map(
        (use) =>
          `${use.name} (${placeText(use)})${use.name === 'manuallyCommit' ? ': call save() instead' : ''}`,
      ),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...uses.declarations.map((place) => `the declaration at ${placeText(place)}: move it there`),
    ...uses.typeImports.map(
      (place) => `the types of koa-session at ${placeText(place)}: version 7 has only those of its options`,
    ),
  ];
  const what = `Declare in SessionData, in ${dir}/index.ts, what the app keeps in its sessions, or the type check will fail`;
  return withLines(what, lines);
}

const MAX_DECLARED = 20;

/** What the context has only with other session middleware, and the part of `ctx.session` that does the same. */
const IN_PLACE_OF: Readonly<Record<string, string>> = {
  regenerateSession: 'regenerate(), which keeps the properties',
  saveSession: 'save()',
  sessionSave: 'save(), if it is set to true',
  sessionId: 'externalKey',
  sessionHandler: 'regenerate(), to be awaited',
  'session.cookie': 'maxAge, for its lifetime',
};

/** Otherwise, a call of one of them fails, and a property is undefined. */
function replacingGeneric({ packages, sessionUses }: Run['project']): Step[] {
  const old = ['koa-generic-session', 'koa-session-minimal'].find((name) => Object.hasOwn(packages, name));
  if (old === undefined) return [];
  const lines = sessionUses.generic.map(
    (use) => `ctx.${use.name} by ctx.session.${IN_PLACE_OF[use.name]} (${placeText(use)})`,
  );
  return withLines(`Replace what only ${old} has`, lines);
}
