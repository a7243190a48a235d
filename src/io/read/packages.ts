import { join } from 'node:path';
import { catalogsInYaml, withoutCatalogs } from '../../core/project/catalogs.ts';
import { plainObject } from '../../core/project/json.ts';
import { packagesOf, textsIn } from '../../core/project/packages.ts';
import { readTextIfAny } from '../files.ts';
import { packageJsonIn } from './package-json.ts';

const TOOL = /^(?:typescript|tsx|@types\/.+)$/;

/** The compiler and types of a package in a workspace, if its own package.json names none. */
export const toolsIn = (workspace: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(packagesOf(packageJsonIn(workspace))).filter(([name]) => TOOL.test(name)),
  );

/** Replaces `catalog:` by the ranges in the files of pnpm, Yarn and Bun. */
export function withVersions(ranges: Record<string, string>, workspace: string): Record<string, string> {
  if (!Object.values(ranges).some((range) => range.startsWith('catalog:'))) return ranges;
  const ofPnpm = ['pnpm-workspace.yaml', '.yarnrc.yml'].map((name) =>
    catalogsInYaml(readTextIfAny(join(workspace, name)) ?? ''),
  );
  const top = packageJsonIn(workspace);
  const ofBun = [top, plainObject(top.workspaces) ?? {}].flatMap(({ catalog, catalogs }) => [
    { default: textsIn(catalog) },
    Object.fromEntries(
      Object.entries(plainObject(catalogs) ?? {}).map(([name, each]) => [name, textsIn(each)]),
    ),
  ]);
  return [...ofPnpm, ...ofBun].reduce(withoutCatalogs, ranges);
}
