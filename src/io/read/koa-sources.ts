import { join } from 'node:path';
import {
  databasesNamedIn,
  type MongooseConnection,
  mongooseConnectionsIn,
} from '../../core/project/databases.ts';
import { loadsEnv } from '../../core/project/env-loaders.ts';
import { idInHeader } from '../../core/project/header.ts';
import { type KoaSource, koaSourceIn } from '../../core/project/koa-app.ts';
import { type SessionUses, sessionUsesIn } from '../../core/project/session-uses.ts';
import type { Project } from '../../core/project/working-tree.ts';
import { readTextIfAny } from './package-json.ts';
import { sourceFiles } from './sources.ts';

/** A larger project is not searched completely. */
const MAX_SOURCES = 5000;
const TEST = /(?:^|\/)(?:tests?|__tests__|spec|examples?|benchmarks?)\/|\.(?:test|spec)\.\w+$/;

type Sources = Pick<Project, 'koaSources' | 'sessionUses' | 'databases' | 'connections' | 'loadsEnv'>;

/**
 * The user's files in which a Koa app is created or has sessions, tests last, all uses of `ctx.session`, and how the app
 * reaches its database and its .env.
 */
export function readKoaSources(root: string): Sources & {
  /** Folders that cannot be read. */
  readonly unsearched: readonly string[];
} {
  const found: KoaSource[] = [];
  const uses: SessionUses[] = [];
  const databases: string[] = [];
  const connections: MongooseConnection[] = [];
  let isEnvLoaded = false;
  const unsearched: string[] = [];
  let seen = 0;
  for (const path of sourceFiles(root, (folder) => unsearched.push(folder))) {
    seen += 1;
    if (seen > MAX_SOURCES) break;
    const text = readTextIfAny(join(root, path));
    if (text === undefined || idInHeader(text.slice(0, 200)) !== undefined) continue;
    const isTest = TEST.test(path);
    const source = koaSourceIn(path, text);
    if (source !== undefined) found.push(isTest ? { ...source, keys: undefined } : source);
    uses.push(sessionUsesIn(path, text));
    if (isTest) continue;
    databases.push(...databasesNamedIn(path, text));
    connections.push(...mongooseConnectionsIn(path, text));
    isEnvLoaded ||= loadsEnv(text);
  }
  const inOrder = found.toSorted(byPath);
  const koaSources = [
    ...inOrder.filter(({ path }) => !TEST.test(path)),
    ...inOrder.filter(({ path }) => TEST.test(path)),
  ];
  const sessionUses = {
    properties: uses.flatMap(({ properties }) => properties).toSorted(byPath),
    declarations: uses.flatMap(({ declarations }) => declarations).toSorted(),
  };
  return {
    ...{
      koaSources,
      sessionUses,
      databases: databases.toSorted(),
      connections: connections.toSorted(byPath),
    },
    ...{ loadsEnv: isEnvLoaded, unsearched },
  };
}

const byPath = (one: { readonly path: string }, other: { readonly path: string }): number =>
  one.path === other.path ? 0 : one.path < other.path ? -1 : 1;
