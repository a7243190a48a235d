import { createCommand, EXECUTE, MIGRATION } from '../answers/managers.ts';
import type { OldStore } from '../answers/old-stores.ts';
import type { KeptFile } from '../answers/options.ts';
import type { Settings } from '../answers/settings.ts';
import type { ConnectionStyle } from '../answers/styles.ts';
import { type ComposeLogin, composeLogin, composePort, isComposable } from './compose.ts';
import { type EnvEntry, envEntries } from './env-file.ts';
import { envLiteral } from './literal.ts';
import { folderOf, type RenderedFile } from './rendered-file.ts';
import type { Templates } from './templates.ts';

/** A file that may be generated: its path, and a condition on the settings. */
interface FileRow {
  readonly id: string;
  readonly template: string;
  readonly path: (settings: Settings) => string;
  readonly isWanted: (settings: Settings) => boolean;
}

const always = () => true;
const whileAdopting = ({ adopt }: Settings) => adopt !== undefined;
const withApp = ({ app }: Settings) => app;
const withEncryption = ({ encrypt }: Settings) => encrypt;
/** A file of a new project, unless the project already has one. */
const inNewProject =
  (id: KeptFile) =>
  ({ project }: Settings): boolean =>
    project.kind === 'new' && !project.kept.includes(id);
const withYarn = (settings: Settings) =>
  inNewProject('yarnrc')(settings) && settings.project.manager === 'yarn';
/** Whether the project gets a compose.yaml. */
export const withCompose = (settings: Settings) =>
  inNewProject('compose')(settings) && isComposable(settings.connection);
const withOwnDatabaseModule = ({ app, connection }: Settings) =>
  app && (connection.style === 'db' || connection.style === 'mongoose');

const at = (path: string) => () => path;
const inSessionFolder = (name: string) => (settings: Settings) => `${settings.dir}/${name}`;

const FILES = [
  { id: 'mount', template: 'session/mount.ts', path: inSessionFolder('mount.ts'), isWanted: always },
  { id: 'store', template: 'session/store.ts', path: inSessionFolder('store.ts'), isWanted: always },
  {
    id: 'collection',
    template: 'session/collection.ts',
    path: inSessionFolder('collection.ts'),
    isWanted: always,
  },
  { id: 'sessions', template: 'session/sessions.ts', path: inSessionFolder('sessions.ts'), isWanted: always },
  { id: 'payload', template: 'session/payload.ts', path: inSessionFolder('payload.ts'), isWanted: always },
  {
    id: 'encryption',
    template: 'session/encryption.ts',
    path: inSessionFolder('encryption.ts'),
    isWanted: withEncryption,
  },
  { id: 'errors', template: 'session/errors.ts', path: inSessionFolder('errors.ts'), isWanted: always },
  {
    id: 'connection',
    template: 'connection/connection.ts',
    path: inSessionFolder('connection.ts'),
    isWanted: always,
  },
  { id: 'guide', template: 'session/README.md', path: inSessionFolder('README.md'), isWanted: always },
  { id: 'adopt', template: 'session/adopt.ts', path: inSessionFolder('adopt.ts'), isWanted: whileAdopting },
  { id: 'session', template: 'session/index.ts', path: inSessionFolder('index.ts'), isWanted: always },
  {
    id: 'database',
    template: 'connection/database.ts',
    path: at('src/database.ts'),
    isWanted: withOwnDatabaseModule,
  },
  { id: 'app', template: 'app.ts', path: at('src/app.ts'), isWanted: withApp },
  { id: 'server', template: 'server.ts', path: at('src/server.ts'), isWanted: withApp },
  { id: 'login-test', template: 'login.test.ts', path: at('test/login.test.ts'), isWanted: withApp },
  {
    id: 'migrate',
    template: 'migrate-sessions.ts',
    path: at(MIGRATION),
    isWanted: always,
  },
  {
    id: 'indexes',
    template: 'session/indexes.ts',
    path: inSessionFolder('indexes.ts'),
    isWanted: always,
  },
  {
    id: 'env-example',
    template: 'project/env.example',
    path: at('.env.example'),
    isWanted: inNewProject('env-example'),
  },
  {
    id: 'tsconfig',
    template: 'project/tsconfig.json',
    path: at('tsconfig.json'),
    isWanted: inNewProject('tsconfig'),
  },
  { id: 'yarnrc', template: 'project/yarnrc.yml', path: at('.yarnrc.yml'), isWanted: withYarn },
  { id: 'readme', template: 'project/README.md', path: at('README.md'), isWanted: inNewProject('readme') },
  { id: 'compose', template: 'project/compose.yaml', path: at('compose.yaml'), isWanted: withCompose },
] as const satisfies readonly FileRow[];

type FileId = (typeof FILES)[number]['id'];

/** The argument of `sessions()` and `createApp()` if the project opens its database itself. */
interface SessionsSource {
  readonly name: string;
  readonly type: string;
}

const SOURCES: Readonly<Record<ConnectionStyle, SessionsSource | undefined>> = {
  url: undefined,
  host: undefined,
  db: { name: 'database', type: 'SessionDatabase' },
  mongoose: { name: 'connection', type: 'MongooseConnection' },
};

export const EXTENSIONS = { ts: '.ts', js: '.js', none: '' } as const;

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

/** The text of each file that the settings require. Pure. */
export function renderFiles(settings: Settings, templates: Templates): RenderedFile[] {
  const byName = templates(settings.connection.style);
  const view = viewOf(settings);
  const modules = modulesByFolder(settings);
  return FILES.filter(({ isWanted }) => isWanted(settings)).map(({ id, template, path }) => {
    const render = byName.get(template);
    if (render === undefined) throw new Error(`no template ${template} for ${settings.connection.style}`);
    const at = path(settings);
    return { id, path: at, text: tidy(render({ ...view, modules: modules(at) })) };
  });
}

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
    hasSamples: settings.app || settings.project.hadSamples,
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

/** The import specifiers of all modules, as seen from a file: the same for all files in a folder. */
function modulesByFolder(settings: Settings): (path: string) => View['modules'] {
  const ext = EXTENSIONS[settings.importExtension];
  const targets = FILES.map((file) => [file.id, file.path(settings)] as const);
  const known = new Map<string, View['modules']>();
  return (path) => {
    const folder = folderOf(path);
    const modules =
      known.get(folder) ?? Object.fromEntries(targets.map(([id, to]) => [id, specifier(path, to, ext)]));
    known.set(folder, modules as View['modules']);
    return modules as View['modules'];
  };
}

/** The values that depend on the old store: how its sessions are read, and its cookie. */
interface AdoptView {
  /** The package. */
  readonly name: string;
  readonly sessionMongo: boolean;
  readonly mongoose: boolean;
  readonly mongoose1: boolean;
  readonly genericMongo: boolean;
  /** Whether the store kept the payload as JSON text. */
  readonly jsonText: boolean;
  /** How an old session is found, as text for the guide. */
  readonly lookup: string;
  /** Whether the old middleware deletes the cookie of an unknown session. */
  readonly resetsCookie: boolean;
  /** Whether the old middleware parses its cookie as JSON, and fails otherwise. */
  readonly jsonCookie: boolean;
}

function adoptView({ adopt, cookieName }: Settings): AdoptView {
  const store = adopt?.store;
  const sessionMongo = store === 'koa-session-mongo';
  const mongoose1 = store === 'koa-session-mongoose@1';
  const genericMongo = store === 'koa-generic-session-mongo';
  return {
    name: store?.replace('@', ' ') ?? '',
    sessionMongo,
    mongoose: store === 'koa-session-mongoose',
    mongoose1,
    genericMongo,
    jsonText: sessionMongo,
    lookup: lookupOf(store),
    resetsCookie: genericMongo || (mongoose1 && cookieName === 'koa.sid'),
    jsonCookie: sessionMongo || (mongoose1 && cookieName !== 'koa.sid'),
  };
}

function lookupOf(store: OldStore | undefined): string {
  if (store === 'koa-generic-session-mongo') return '`sid`, which the old store created';
  if (store === 'koa-session-mongoose@1') {
    return '`sid`. The old store created it, unless `autoIndex` of Mongoose was off: check it, and create it if it is missing';
  }
  return '`_id`';
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

/** `./store.ts`, `../src/session/store.ts`: from one file of the project to another. */
export function specifier(from: string, to: string, ext: string): string {
  let folder = from.slice(0, from.lastIndexOf('/') + 1);
  let up = '';
  while (!to.startsWith(folder)) {
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
    up += '../';
  }
  return (up || './') + to.slice(folder.length).replace(/\.ts$/, ext);
}

/** Omitted sections leave no gaps, and a file ends with one newline. */
function tidy(text: string): string {
  return `${text.replace(/\n{3,}/g, '\n\n').trim()}\n`;
}
