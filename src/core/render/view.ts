import { createCommand, EXECUTE } from '../answers/managers.ts';
import type { Settings } from '../answers/settings.ts';
import type { ConnectionStyle } from '../answers/styles.ts';
import { type AdoptView, adoptView } from './adopt-view.ts';
import { type ComposeLogin, composeLogin, composePort } from './compose.ts';
import { type EnvEntry, envEntries } from './env-file.ts';
import { type FileId, inNewProject, withCompose } from './generated-files.ts';
import { envLiteral } from './literal.ts';
import { EXTENSIONS } from './specifier.ts';

/** The argument of `sessions()` and `createApp()` if the project opens its database itself. */
interface SessionsSource {
  readonly name: string;
  readonly type: string;
}

const SOURCES: Readonly<Partial<Record<ConnectionStyle, SessionsSource>>> = {
  db: { name: 'database', type: 'SessionDatabase' },
  mongoose: { name: 'connection', type: 'MongooseConnection' },
};

/** All values that a template can use. */
export interface View extends Settings {
  /** How an import specifier of the project ends. */
  readonly ext: '.ts' | '.js' | '';
  /** Import specifiers of the generated modules, as seen from the file that is rendered. */
  readonly modules: Readonly<Record<FileId, string>>;
  readonly sessionsSource: SessionsSource | undefined;
  /**
   * The same as a list of parameters and of arguments: empty or one item; with a leading comma if it follows others.
   */
  readonly source: {
    readonly parameter: string;
    readonly argument: string;
    readonly nextParameter: string;
    readonly nextArgument: string;
  };
  /** The name of the cookie in production. */
  readonly hostCookieName: string;
  readonly merge: boolean;
  readonly overwrite: boolean;
  readonly throwOnConflict: boolean;
  /** Whether `regenerate()` compares the session that it replaces with the one that the request has loaded. */
  readonly replacesLoaded: boolean;
  /** The store whose sessions are taken over; all false without one. */
  readonly adopts: AdoptView;
  /** The session property that names the user; a plain identifier. */
  readonly userProperty: string;
  /** The same for writing: the property that is set, and the text before and after the user. */
  readonly userTarget: { readonly property: string; readonly before: string; readonly behind: string };
  /** Its declaration, as a string or a number. */
  readonly userDeclaration: string;
  /** Whether the migration script changes sessions, besides deleting expired ones. */
  readonly changesSessions: boolean;
  /** Whether it changes them in place. */
  readonly rewritesSessions: boolean;
  /** Whether its work cannot be completed while processes run that do not know the settings. */
  readonly followsApps: boolean;
  /** The class that `sessions()` creates, and whether it has more options than a lifetime. */
  readonly storeClass: 'Sessions' | 'AdoptingSessions';
  readonly storeOptions: boolean;
  /** Whether SessionData has the properties that the app uses. */
  readonly hasSamples: boolean;
  readonly hasSampleUser: boolean;
  readonly env: readonly (EnvEntry & { readonly line: string })[];
  /** Whether the test starts its own MongoDB: possible if the app reads the address from the environment. */
  readonly ownTestServer: boolean;
  /** Identifies the connections of the app in the logs of the server; at most 128 bytes, the limit of MongoDB. */
  readonly appName: string;
  /** Whether there is a compose.yaml. */
  readonly isComposed: boolean;
  /** Whether this program wrote tsconfig.json, and so decides about the build. */
  readonly isOwnBuild: boolean;
  /** Whether Bun runs the project, with no build before. */
  readonly isBun: boolean;
  readonly isMongoose: boolean;
  /** Runs a script of package.json, and the text between the script and its arguments. */
  readonly run: string;
  readonly runArguments: string;
  /** Runs this program. */
  readonly create: string;
  /** Runs a package that the project does not have. */
  readonly execute: string;
  /** The port of MongoDB on this machine, in compose.yaml. */
  readonly composePort: number;
  readonly composeLogin: ComposeLogin | undefined;
}

export const hasOwnTestServer = ({ app, project, connection }: Settings): boolean =>
  app && project.kind === 'new' && connection.style !== 'host';

/** The values for the templates of all files. Each one gets `modules`, too. */
export function viewOf(settings: Settings): Omit<View, 'modules'> {
  const rewritesSessions = settings.encrypt || settings.userKey !== undefined;
  const source = SOURCES[settings.connection.style];
  const { manager } = settings.project;
  const parameter = source ? `${source.name}: ${source.type}` : '';
  const argument = source?.name ?? '';
  return {
    ...settings,
    ext: EXTENSIONS[settings.importExtension],
    sessionsSource: source,
    source: {
      parameter,
      argument,
      nextParameter: source ? `, ${parameter}` : '',
      nextArgument: source ? `, ${argument}` : '',
    },
    hostCookieName: `__Host-${settings.cookieName}`,
    merge: settings.onConcurrentWrite === 'merge',
    overwrite: settings.onConcurrentWrite === 'overwrite',
    throwOnConflict: settings.onConcurrentWrite === 'throw',
    replacesLoaded: settings.onConcurrentWrite !== 'overwrite' || settings.userKey !== undefined,
    adopts: adoptView(settings),
    ...viewOfUser((settings.userKey ?? 'user').split('.')),
    changesSessions: rewritesSessions || settings.project.copiesSessions,
    rewritesSessions,
    followsApps: settings.userKey !== undefined || settings.project.copiesSessions,
    storeClass: settings.adopt ? 'AdoptingSessions' : 'Sessions',
    storeOptions:
      [settings.absoluteTtl, settings.touchAfter, settings.userKey].some((option) => option !== undefined) ||
      settings.encrypt,
    hasSamples: settings.app || settings.project.samples.length > 0,
    hasSampleUser: settings.app ? settings.userKey === undefined : settings.project.samples.includes('user'),
    env: envEntries(settings).map((entry) => ({
      ...entry,
      line: `${entry.name}=${envLiteral(entry.example)}`,
    })),
    ownTestServer: hasOwnTestServer(settings),
    appName: settings.project.name.replace(/[^\x21-\x7E]/g, '').slice(0, 128),
    isComposed: withCompose(settings),
    isOwnBuild: inNewProject('tsconfig')(settings),
    isBun: manager === 'bun',
    isMongoose: settings.connection.style === 'mongoose',
    run: `${manager} run`,
    runArguments: manager === 'npm' ? '-- ' : '',
    create: createCommand(manager),
    execute: EXECUTE[manager],
    composePort: composePort(settings.connection),
    composeLogin: composeLogin(settings.connection),
  };
}

/** For `passport.user`: `passport?.user`, `passport = { user: … }`, `passport?: { user?: string | number }`. */
function viewOfUser([property = '', ...rest]: readonly string[]) {
  const declared = rest.reduceRight((inner, name) => `{ ${name}?: ${inner} }`, 'string | number');
  return {
    userProperty: [property, ...rest].join('?.'),
    userTarget: {
      property,
      before: rest.map((name) => `{ ${name}: `).join(''),
      behind: rest.map(() => ' }').join(''),
    },
    userDeclaration: `${property}?: ${declared}`,
  };
}
