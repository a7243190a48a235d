import { dirname, join } from 'node:path';
import {
  databasesNamedIn,
  type MongooseConnection,
  mongooseConnectionsIn,
} from '../../core/project/databases.ts';
import { commandLoadsEnv } from '../../core/project/env-loaders.ts';
import { idInHeader } from '../../core/project/header.ts';
import { isForTests, type KoaSource, koaSourceIn } from '../../core/project/koa-source.ts';
import { byPath, type Place } from '../../core/project/place.ts';
import {
  type Command,
  isStartedWithEnv,
  runningApp,
  type SourceSteps,
  stepsIn,
} from '../../core/project/running-app.ts';
import { NO_USES, type SessionUses, sessionUsesIn } from '../../core/project/session-uses.ts';
import { DEFAULT_SOURCES } from '../../core/project/source-folder.ts';
import type { Project } from '../../core/project/working-tree.ts';
import { readTextIfAny } from '../files.ts';
import { readAliases } from './aliases.ts';
import { builtFiles } from './build-output.ts';
import { resolver, sourceFiles } from './sources.ts';

/** A larger project is not searched completely. */
const MAX_SOURCES = 5000;

type Sources = Pick<
  Project,
  'koaSources' | 'sessionUses' | 'databases' | 'connections' | 'loadsEnv' | 'startedBy' | 'oldCookie'
>;

/** What starts the app, and how. */
interface StartOfApp {
  readonly commands: readonly Command[];
  readonly modules: Project['modules'];
  /** Whether this program writes an app as well. */
  readonly hasApp: boolean;
}

/**
 * The user's files in which a Koa app is created or has sessions, the one of the started app first and tests last, all
 * uses of `ctx.session`, and how the app reaches its database and its .env.
 */
export function readKoaSources(
  root: string,
  { commands, modules, hasApp }: StartOfApp,
): Sources & {
  /** Folders that cannot be read. */
  readonly unsearched: readonly string[];
} {
  const isBuilt = builtFiles(
    root,
    commands.map(({ command }) => command),
  );
  const isInOrder = modules !== 'esm' && !commands.some(({ command }) => HOISTS.test(command));
  const read = readEach(root, isBuilt, isInOrder, hasApp);
  const { found, uses, databases, connections, sources, unsearched } = read;
  const apps = found
    .filter(({ path, app }) => app !== undefined && !isForTests(path))
    .map(({ path }) => path);
  const { resolve } = resolver(root, readAliases(root, dirname(apps[0] ?? `${DEFAULT_SOURCES}/app`)));
  const isTestWithEnv = ({ name, command }: Command) => name.startsWith('test') && commandLoadsEnv(command);
  const tests = commands.some(isTestWithEnv) ? [] : read.tests;
  const running = runningApp(sources.toSorted(byPath), apps, commands, resolve, tests);
  const rank = ({ path }: KoaSource) => (path === running?.app ? 0 : isForTests(path) ? 2 : 1);
  const runs = ({ path }: { readonly path: string }) => running?.files.has(path) === true;
  // Where nothing in the app reaches a database, something else may do it for the app, such as a loader of modules.
  const isSeen = [...databases, ...connections].some(runs);
  const ofApp = <T extends { readonly path: string }>(all: readonly T[]) =>
    all.filter((each) => runs(each) || !isSeen).toSorted(byPath);
  const hasSessions = found.some((source) => source.sessions && runs(source));
  const koaSources = found
    .map((source) => ({
      ...source,
      ...(running && source.app && !runs(source) && { sessions: undefined, keys: undefined }),
      ...(hasSessions && !runs(source) && { sessions: undefined }),
      imported: source.imported.map((each) => ({ ...each, targets: resolve(each.from) })),
    }))
    .toSorted((one, other) => rank(one) - rank(other));
  return {
    koaSources,
    oldCookie: koaSources.flatMap(({ sessions }) => sessions?.cookie ?? [])[0],
    sessionUses: allUses(uses),
    databases: ofApp(databases),
    connections: ofApp(connections),
    startedBy: running?.startedBy ?? NOT_STARTED,
    loadsEnv:
      running?.loadsEnv ?? (isStartedWithEnv(commands) || sources.some(({ steps }) => steps.includes('env'))),
    unsearched,
  };
}

/** What moves the imports of a CommonJS module above its other lines, unlike tsc and ts-node. */
const HOISTS = /(?<![,.])\b(?:tsx|esbuild|tsup|tsdown|swc|babel|webpack|rollup|vite)/;

/**
 * What each of the user's own source files shows, except those that a build has written.
 *
 * @param isInOrder whether imports in TypeScript run where they are written
 */
function readEach(root: string, isBuilt: (path: string) => boolean, isInOrder: boolean, hasApp: boolean) {
  // An edited app stays with its user after `--no-app`.
  const owned = [undefined, ...(hasApp ? [] : ['app', 'server'])];
  const found: KoaSource[] = [];
  const uses: SessionUses[] = [];
  const databases: Place[] = [];
  const connections: MongooseConnection[] = [];
  const sources: SourceSteps[] = [];
  const tests: SourceSteps[] = [];
  const unsearched: string[] = [];
  let seen = 0;
  for (const path of sourceFiles(root, (folder) => unsearched.push(folder))) {
    if (isBuilt(path)) continue;
    seen += 1;
    if (seen > MAX_SOURCES) break;
    const text = readTextIfAny(join(root, path));
    if (text === undefined || !owned.includes(idInHeader(text))) continue;
    const isTest = isForTests(path);
    const source = koaSourceIn(path, text);
    if (source !== undefined) found.push(isTest ? { ...source, keys: undefined } : source);
    uses.push(sessionUsesIn(path, text));
    (isTest ? tests : sources).push(stepsIn(path, text, source?.app, isInOrder && /\.c?tsx?$/.test(path)));
    if (isTest) continue;
    databases.push(...databasesNamedIn(path, text));
    connections.push(...mongooseConnectionsIn(path, text));
  }
  return { found: found.toSorted(byPath), uses, databases, connections, sources, tests, unsearched };
}

const allUses = (uses: readonly SessionUses[]): SessionUses => ({
  properties: uses.flatMap(({ properties }) => properties).toSorted(byPath),
  declarations: uses.flatMap(({ declarations }) => declarations).toSorted(byPath),
  typeImports: uses.flatMap(({ typeImports }) => typeImports).toSorted(byPath),
  generic: uses.flatMap(({ generic }) => generic).toSorted(byPath),
  unawaited: uses.flatMap(({ unawaited }) => unawaited).toSorted(byPath),
});

const NOT_STARTED = { scripts: [], isCompiled: false };

/** Of a project whose app this program has written. */
export const NO_SOURCES = {
  koaSources: [],
  oldCookie: undefined,
  sessionUses: NO_USES,
  databases: [],
  connections: [],
  loadsEnv: false,
  startedBy: NOT_STARTED,
  unsearched: [],
};

/** Matters only if the app was found nowhere else. */
export function searchWarnings(
  { koaSources }: Pick<Project, 'koaSources'>,
  unsearched: readonly string[],
): string[] {
  if (unsearched.length === 0 || koaSources.some(({ app }) => app !== undefined)) return [];
  return [`${unsearched.join(' and ')} cannot be read, so your Koa app was not looked for there.`];
}
