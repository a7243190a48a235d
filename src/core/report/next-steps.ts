import { parseEnv } from 'node:util';
import { beginsAdoption } from '../answers/adoption.ts';
import { EXECUTE, migrateCommand, type PackageManager } from '../answers/managers.ts';
import type { Answers, OptionName } from '../answers/options.ts';
import type { Settings } from '../answers/settings.ts';
import { shellQuote } from '../answers/shell.ts';
import { callOfSessions } from '../patch/mount.ts';
import type { Entry } from '../plan/entry.ts';
import { markersIn } from '../plan/merge.ts';
import type { SessionUses } from '../project/session-uses.ts';
import { plainText } from '../project/text.ts';
import type { Project } from '../project/working-tree.ts';
import { composePort, isServedByCompose, remoteHosts } from '../render/compose.ts';
import { envEntries } from '../render/env-file.ts';
import { withCompose } from '../render/render.ts';
import { envLoading } from './env-loading.ts';
import { type Mounting, mountingOf } from './mounting.ts';
import { type Paint, plain } from './paint.ts';
import { runningOf, testingOf } from './running.ts';
import { wrapped } from './wrap.ts';

/** One thing that the user has to do. */
export interface Step {
  /** Without a full stop. */
  readonly what: string;
  /** To be run in a shell, in this order. */
  readonly commands: readonly string[];
  /** Whether the command starts the app. */
  readonly starts?: true;
  /** What to do without Docker. */
  readonly instead?: readonly string[];
  /** Locations or lines of code for the step. */
  readonly lines?: readonly string[];
}

/** What the user has to do after a run. */
export interface NextSteps {
  /** In order; only the steps that this run made necessary. */
  readonly steps: readonly Step[];
  /** The commands of all steps, in order. */
  readonly commands: readonly string[];
  /** Names in `.env` that only the user can give a value. */
  readonly toFillIn: readonly string[];
  /** The lines that mount sessions in the user's own app, with the import as in a file of the folder `mountIn`. */
  readonly mount: readonly string[];
  readonly mountIn: string;
  /** Repeats the run. */
  readonly repeat: string;
}

export interface Run {
  /** As it was given. */
  readonly directory: string;
  readonly manager: PackageManager;
  readonly isInstalled: boolean;
  readonly repeat: string;
  /** What is known of the project. */
  readonly project: Pick<
    Project,
    | 'koaSources'
    | 'sessionUses'
    | 'databases'
    | 'connections'
    | 'loadsEnv'
    | 'startedBy'
    | 'scripts'
    | 'packages'
  >;
  /** The text of `.env` after the run. */
  readonly env: string;
  /** Names in `.env` with another value than the one that was given this time. */
  readonly keptInEnv: readonly string[];
  /** What the run did to each file. */
  readonly entries: readonly Entry[];
  /** The saved state before the run; empty on the first one. */
  readonly saved: Answers;
  /** The saved state after the run. */
  readonly answers: Answers;
}

/** The indexes depend on these answers. What `--encrypt` needs is in its warning, in the order of the deployments. */
const MIGRATED: readonly OptionName[] = [
  ...(['connection', 'url', 'host', 'port', 'db'] as const),
  'collection',
];

export function nextSteps(settings: Settings, run: Run): NextSteps {
  const toFillIn = namesToFillIn(settings, run);
  const mounting = mountingOf(settings, run.project);
  const steps = [
    ...settling(run.entries),
    ...fillingIn(settings, run, toFillIn),
    ...installing(run),
    ...startingMongo(settings, run),
    ...migrating(settings, run),
    ...mountingSteps(settings, run, mounting),
    ...changingCall(settings, run, mounting),
    ...starting(settings, run),
  ];
  const all = [...(steps.length > 0 ? goingThere(run) : []), ...steps];
  return {
    steps: all,
    commands: all.flatMap(({ commands }) => commands),
    toFillIn,
    mount: settings.app ? [] : mounting.mount,
    mountIn: mounting.mountIn,
    repeat: run.repeat,
  };
}

const wasMade = (entries: readonly Entry[], id: string): boolean =>
  entries.some((entry) => entry.id === id && ['create', 'adopt'].includes(entry.action));

const wasTouched = (entries: readonly Entry[], id: string): boolean =>
  entries.some((entry) => entry.id === id && 'text' in entry);

const isFirst = ({ saved }: Run): boolean => Object.keys(saved).length === 0;

function goingThere({ directory }: Run): Step[] {
  return directory === '.' ? [] : [{ what: 'Go to the project', commands: [`cd ${shellQuote(directory)}`] }];
}

function settling(entries: readonly Entry[]): Step[] {
  const lines = entries.flatMap((entry) =>
    entry.action === 'markers' ? markersIn(entry.text).map((line) => `${entry.path}:${line}`) : [],
  );
  return lines.length === 0 ? [] : [{ what: 'Resolve the conflict markers', commands: [], lines }];
}

function fillingIn(settings: Settings, run: Run, names: readonly string[]): Step[] {
  const isAdopting = beginsAdoption(settings, run.saved);
  const others = names.filter((name) => name !== APP_KEYS || !isAdopting);
  return [
    ...(isAdopting ? [{ what: `Put app.keys of the old app into ${APP_KEYS}, in .env`, commands: [] }] : []),
    ...(others.length === 0 ? [] : [{ what: `Set ${others.join(', ')} in .env`, commands: [] }]),
    ...replacing(run),
  ];
}

/** A value in `.env` before the first run is that of the app. Later, the user has changed an answer. */
function replacing(run: Run): Step[] {
  if (isFirst(run) || run.keptInEnv.length === 0) return [];
  const what = `Change ${run.keptInEnv.join(', ')} in .env to the value given this time`;
  return [{ what, commands: [] }];
}

/** What has no value, and the keys of an earlier run, by which no cookie of the old app is valid. */
function namesToFillIn(settings: Settings, run: Run): string[] {
  const values = parseEnv(plainText(run.env));
  const isReplaced = !isFirst(run) && beginsAdoption(settings, run.saved);
  return envEntries(settings)
    .map(({ name }) => name)
    .filter((name) => !values[name] || (name === APP_KEYS && isReplaced));
}

const APP_KEYS = 'APP_KEYS';

function installing({ entries, isInstalled, manager }: Run): Step[] {
  const isNeeded = !isInstalled && wasTouched(entries, 'package');
  return isNeeded ? [{ what: 'Install the packages', commands: [`${manager} install`] }] : [];
}

/** A server on this machine has to be started; a remote one has to be reachable. */
function startingMongo(settings: Settings, run: Run): Step[] {
  const { connection, project } = settings;
  if (!isFirst(run) || project.kind !== 'new') return [];
  const url = parseEnv(plainText(run.env)).MONGODB_URL;
  if (withCompose(settings) && isServedByCompose(connection, url)) {
    return [
      {
        what: 'Start MongoDB',
        commands: ['docker compose up -d --wait'],
        instead: [`${EXECUTE[run.manager]} mongodb-runner start -- --port ${composePort(connection)}`],
      },
    ];
  }
  const hosts = remoteHosts(connection, url);
  if (hosts === undefined) return [];
  const isAtlas = /\.mongodb\.net(?::\d+)?$/.test(hosts);
  return [
    {
      what: isAtlas
        ? 'Allow this machine: Atlas, Network Access, Add IP Address'
        : `Make sure that this machine reaches ${hosts} (firewall, VPN)`,
      commands: [],
    },
  ];
}

function migrating({ migration }: Settings, run: Run): Step[] {
  const { saved, answers } = run;
  const isChanged = MIGRATED.some((name) => saved[name] !== answers[name]);
  const isOtherUser = typeof answers.userKey === 'string' && saved.userKey !== answers.userKey;
  if (!isChanged && !isOtherUser && !wasMade(run.entries, 'migrate')) return removingUsers(run);
  const commands = [migrateCommand(run.manager, run.project.scripts, migration)];
  return [{ what: 'Create the indexes', commands }, ...removingUsers(run)];
}

/** The migration stores the users only of sessions that have none, so users by another key would stay. */
function removingUsers({ saved, answers }: Run): Step[] {
  const { userKey, collection } = answers;
  if (typeof saved.userKey !== 'string' || saved.userKey === userKey) return [];
  const sessions = `db.getCollection(${JSON.stringify(collection)})`;
  const what = `When no old process is running, remove the users by ${saved.userKey} in mongosh`;
  const lines = [`${sessions}.updateMany({}, { $unset: { user: '' } });`];
  if (typeof userKey === 'string') return [{ what: `${what}, then migrate again`, commands: [], lines }];
  return [{ what, commands: [], lines: [...lines, `${sessions}.dropIndex('session_user');`] }];
}

/** Only for the user's own app; the generated app has the sessions already. */
function mountingSteps(settings: Settings, { entries, project }: Run, mounting: Mounting): Step[] {
  if (settings.app || !wasMade(entries, 'session')) return [];
  const { source, mount, mountIn, within, connection, instead, keys } = mounting;
  const loading = envLoading(settings, project, source);
  const running = [runningOf(settings, project), testingOf(settings, project)];
  return [
    ...(wasTouched(entries, 'own-app')
      ? []
      : [
          {
            what: `Mount the sessions ${placeOf(mountIn, within)}${passing(connection)}`,
            commands: [],
            lines: mount,
          },
        ]),
    ...(instead === undefined
      ? []
      : [{ what: `Remove the old sessions, with their options, at ${instead}`, commands: [] }]),
    ...replacingGeneric(project),
    ...replacingKeys(keys),
    ...declaring(settings, project.sessionUses),
    ...(loading.length === 0
      ? []
      : [
          {
            what: `Load .env${source ? ` in ${source.path}` : ''}, before the sessions are mounted`,
            commands: [],
            lines: loading,
          },
        ]),
    ...running.filter((step) => step !== undefined),
  ];
}

/** The sessions were mounted by an earlier run or by hand, for a connection that is passed in another way. */
function changingCall(
  settings: Settings,
  { saved, entries, project }: Run,
  { mount, connection }: Mounting,
): Step[] {
  const isNew = wasMade(entries, 'session') || wasTouched(entries, 'own-app');
  const passed = (style: unknown) => (style === 'db' || style === 'mongoose' ? style : 'nothing');
  if (settings.app || isNew || saved.connection === undefined) return [];
  if (passed(saved.connection) === passed(settings.connection.style)) return [];
  const found = callOfSessions(settings, project.koaSources);
  const call = mount.at(-1)?.replace(/^[\w$]+/, (name) => found?.name ?? name) ?? '';
  const what = `Change the call of sessions()${found ? ` at ${found.place}` : ''}${passing(connection)} to`;
  return [{ what, commands: [], lines: [call] }];
}

const passing = (connection: string | undefined): string =>
  connection === undefined ? '' : ` (the connection is made at ${connection})`;

/** They would silently replace the keys from APP_KEYS. */
const replacingKeys = (place: string | undefined): Step[] =>
  place === undefined
    ? []
    : [
        {
          what: `Remove app.keys at ${place}, or set it before sessions() is called: then its keys sign the cookies, and ${APP_KEYS} is not used`,
          commands: [],
        },
      ];

/** The session was `any` before. Now a build refuses properties that SessionData does not declare. */
function declaring({ project, dir, userKey }: Settings, uses: SessionUses): Step[] {
  if (project.language === 'javascript' || project.hadSamples) return [];
  const declared = userKey?.split('.', 1).join();
  const properties = uses.properties.filter(
    ({ name }, at, all) => name !== declared && at === all.findIndex((use) => use.name === name),
  );
  const more = properties.length - MAX_DECLARED;
  const lines = [
    ...properties.slice(0, MAX_DECLARED).map(({ name, path, line }) => `${name} (${path}:${line})`),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...uses.declarations.map((place) => `the declaration at ${place}: move it there`),
    ...uses.typeImports.map(
      (place) => `the types of koa-session at ${place}: version 7 has only those of its options`,
    ),
  ];
  const why = project.language === 'typescript' ? 'or it will not compile' : 'or the type check will fail';
  const what = `Declare in SessionData, in ${dir}/index.ts, what the app keeps in its sessions, ${why}`;
  return lines.length === 0 ? [] : [{ what, commands: [], lines }];
}

const MAX_DECLARED = 20;

/** What the context has only with koa-generic-session, and the part of `ctx.session` that does the same. */
const IN_PLACE_OF: Readonly<Record<string, string>> = {
  regenerateSession: 'regenerate(), which keeps the properties',
  saveSession: 'save()',
  sessionSave: 'save(), if it is set to true',
  sessionId: 'externalKey',
};

/** Otherwise, a call of one of them fails, and a property is undefined. */
function replacingGeneric({ packages, sessionUses }: Run['project']): Step[] {
  if (!Object.hasOwn(packages, 'koa-generic-session')) return [];
  const lines = sessionUses.generic.map(
    ({ name, path, line }) => `ctx.${name} by ctx.session.${IN_PLACE_OF[name]} (${path}:${line})`,
  );
  const what = 'Replace what only koa-generic-session has';
  return lines.length === 0 ? [] : [{ what, commands: [], lines }];
}

/** Before the router, since only later middleware has `ctx.session`. */
function placeOf(mountIn: string, within: Mounting['within']): string {
  const [, file, line] = /^(.+):(\d+)$/.exec(mountIn) ?? [];
  if (within === 'field')
    return `in ${file}, at the start of the constructor of the class that creates the app at line ${line}, before the router`;
  if (within === 'class')
    return `in ${file}, directly after \`super()\` in the constructor of the class at line ${line}, before the router`;
  if (within === 'chain')
    return `in ${file}, directly after \`new Koa()\` in line ${line}, and call the methods that are chained to it on the app after that`;
  if (within === 'part')
    return `in ${file}, as the first call with the app that line ${line} creates, before the router`;
  return file === undefined
    ? `directly after \`new Koa()\`, before the router (import as seen from ${mountIn})`
    : `in ${file}, directly after line ${line}, where the app is created, before the router`;
}

const starting = ({ app }: Settings, { entries, manager }: Run): Step[] =>
  app && wasMade(entries, 'app')
    ? [{ what: 'Start the app at http://localhost:3000', commands: [`${manager} run dev`], starts: true }]
    : [];

/** Width of the text after the number of a step, in characters. */
const INDENT = 5;

/** The text for the user: numbered, each command on its own line. A first run also shows how to repeat it. */
export function nextStepsText(
  { steps, repeat }: NextSteps,
  isFirstRun: boolean,
  paint: Paint = plain,
  width = Number.POSITIVE_INFINITY,
): string {
  const numbered = steps.flatMap(({ what, commands, instead = [], lines = [] }, at) => [
    ...wrapped(`${what}${commands.length + lines.length === 0 ? '' : ':'}`, width - INDENT).map(
      (line, part) =>
        part === 0 ? `  ${paint('strong', `${at + 1}.`)} ${line}` : `${' '.repeat(INDENT)}${line}`,
    ),
    ...[...commands, ...lines].map((line) => `       ${paint('changed', line)}`),
    ...(instead.length === 0 ? [] : ['     or, without Docker:']),
    ...instead.map((line) => `       ${paint('changed', line)}`),
  ]);
  const parts = [
    ...(numbered.length === 0 ? [] : ['', paint('strong', 'Next steps'), ...numbered]),
    ...(isFirstRun ? ['', 'To repeat this run:', `  ${repeat}`] : []),
  ];
  return parts.map((line) => `${line}\n`).join('');
}
