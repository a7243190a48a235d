import type { Settings } from '../answers/settings.ts';
import { leadsTo } from '../project/imports.ts';
import { type ImportedSessions, isForTests, type KoaSource } from '../project/koa-source.ts';
import { EXTENSIONS, specifier } from '../render/specifier.ts';

export const moduleFor = ({ dir, importExtension }: Settings, path: string): string =>
  specifier(path, `${dir}/index.ts`, EXTENSIONS[importExtension]);

/** Whether a file imports the session module, by a path in any form or by an alias. */
function isOwn(settings: Settings, path: string, { from, targets = [] }: ImportedSessions): boolean {
  const folder = (module: string) => module.replace(/(?:\/index(?:\.[cm]?[jt]s)?)?\/?$/, '');
  return folder(from) === folder(moduleFor(settings, path)) || leadsTo(targets, settings.dir);
}

/** Where the sessions are mounted, and by which name. */
export function callOfSessions(
  settings: Settings,
  sources: readonly KoaSource[],
): { readonly place: string; readonly name: string } | undefined {
  for (const { path, imported } of sources) {
    const found = imported.find((each) => each.call !== undefined && isOwn(settings, path, each));
    if (found && !isForTests(path)) return { place: `${path}:${found.call}`, name: found.name };
  }
  return undefined;
}

/** Where `sessions` is the name of something else. */
export const OTHER_NAME = 'mongoSessions';

/** The name of the sessions in the file of the app, or one for them. */
export function sessionsNameIn(settings: Settings, source: KoaSource | undefined): string {
  const own = source && ownImport(settings, source)?.name;
  return own ?? (source?.taken === undefined ? 'sessions' : OTHER_NAME);
}

export const ownImport = (settings: Settings, { path, imported }: KoaSource): ImportedSessions | undefined =>
  imported.find((each) => isOwn(settings, path, each));
