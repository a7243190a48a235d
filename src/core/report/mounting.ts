import type { Settings } from '../answers/settings.ts';
import { moduleFor, sessionsNameIn } from '../patch/imported-sessions.ts';
import { certainDatabase, madeConnection } from '../project/databases.ts';
import type { KoaApp } from '../project/koa-app.ts';
import { type KoaSource, placesOfOthers } from '../project/koa-source.ts';
import type { Place } from '../project/place.ts';
import type { Project } from '../project/working-tree.ts';

/** How to mount the sessions in the user's own app. */
export interface Mounting {
  /** The file that creates the app. */
  readonly source: KoaSource | undefined;
  /** The lines to add: the import and the call. */
  readonly mount: readonly string[];
  /** `src/app.ts:3`, the line after which they belong; a folder, or `the project`, if that is not known. */
  readonly mountIn: string;
  readonly within: KoaApp['within'];
  /** `src/db.ts:2`: where the Mongoose connection that they pass is made, if it is not the default one. */
  readonly connection: string | undefined;
  /** `src/app.ts:1 (koa-session)`: other session middleware and its stores, which these sessions replace. */
  readonly instead: string | undefined;
  /** `src/app.ts:4`: where the app sets `app.keys`. */
  readonly keys: string | undefined;
}

export function mountingOf(
  settings: Settings,
  { koaSources: sources, databases, connections }: Pick<Project, 'koaSources' | 'databases' | 'connections'>,
): Mounting {
  const source = sources.find(({ app }) => app !== undefined);
  const setter = sources.find(({ keys }) => keys !== undefined);
  // If the file is not known, the import is relative to the folder next to the session folder.
  const from = moduleFor(settings, source?.path ?? `${folderAboveSessions(settings)}app.ts`);
  const name = sessionsNameIn(settings, source);
  const isRequired = isWithRequire(settings, source);
  const importing = (name: string, from: string) =>
    isRequired ? `const ${name} = require('${from}');` : `import ${name} from '${from}';`;
  const named = name === 'sessions' ? name : `sessions${isRequired ? ':' : ' as'} ${name}`;
  const made = settings.connection.style === 'mongoose' ? madeConnection(connections) : undefined;
  const argument = made?.name ?? connectionIn(settings, source, databases);
  const isUnknown = source && !source.mongoose && argument === DEFAULT_CONNECTION;
  const mongoose = isUnknown && source.isMongooseTaken ? 'mongooseModule' : 'mongoose';
  const passed = isUnknown ? `${mongoose}.connection` : argument;
  const call = `${name}(${source?.app?.name ?? 'app'}${passed === undefined ? '' : `, ${passed}`});`;
  const isLater =
    (argument === 'db' && source?.database.kind !== 'known') ||
    (source?.isMongooseBelow && argument === source.mongoose) ||
    (made && (argument === 'connection' || made.place.startsWith(`${source?.path}:`)));
  return {
    source,
    mount: [
      importing(`{ ${named} }`, from),
      ...(isUnknown ? [importing(mongoose, 'mongoose')] : []),
      ...(source?.app?.within === 'routing' ? [importing('Koa', 'koa'), 'const app = new Koa();'] : []),
      call,
    ],
    mountIn:
      source?.app === undefined
        ? folderAboveSessions(settings) || 'the project'
        : `${source.path}:${source.app.within === undefined ? source.app.end : source.app.line}`,
    within: source?.app && (source.app.within ?? (isLater ? 'part' : undefined)),
    connection: made?.place,
    instead: placesOfOthers(sources) || undefined,
    keys: setter && `${setter.path}:${setter.keys}`,
  };
}

/**
 * Whether the file of the app imports with `require()`; if the file is not known, whether the project does. TypeScript
 * has `import` in CommonJS, too.
 */
export function isWithRequire(
  { project: { language, modules } }: Pick<Settings, 'project'>,
  source: KoaSource | undefined,
): boolean {
  if (source !== undefined) return source.syntax === 'require';
  return language === 'javascript' && modules === 'commonjs';
}

/** The expression for the connection of the app; the usual one if it is not known. */
function connectionIn(
  { connection: { style } }: Settings,
  source: KoaSource | undefined,
  databases: readonly Place[],
): string | undefined {
  if (style === 'mongoose') return source?.mongoose ?? DEFAULT_CONNECTION;
  if (style !== 'db') return undefined;
  return (source && certainDatabase(source.database, databases)) ?? 'db';
}

const DEFAULT_CONNECTION = 'mongoose.connection';

const folderAboveSessions = ({ dir }: Settings): string => dir.slice(0, dir.indexOf('/') + 1);
