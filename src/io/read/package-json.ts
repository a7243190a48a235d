import type { ModuleKind } from '../../core/answers/project-facts.ts';
import { UserError } from '../../core/errors.ts';
import { plainObject } from '../../core/project/json.ts';
import type { PackageJson } from '../../core/project/packages.ts';
import { isBelow } from '../../core/project/ranges.ts';
import type { Command } from '../../core/project/running-app.ts';
import { startScripts } from '../../core/project/start-scripts.ts';
import { plainText } from '../../core/project/text.ts';
import type { Project } from '../../core/project/working-tree.ts';
import { readTextIfAny, within } from '../files.ts';
import type { Locate } from '../locate.ts';
import { readOnDisk } from './on-disk.ts';

export const PACKAGE_JSON = 'package.json';

/** That of the project or of a parent folder; empty if there is none that can be read. */
export const packageJsonIn = (folder: string): PackageJson =>
  parsePackageJson(readTextIfAny(within(folder, PACKAGE_JSON)) ?? '');

/**
 * That of the project; undefined if there is none.
 *
 * @throws UserError if it cannot be read
 */
export function readPackageJson(root: string, locate: Locate): PackageJson | undefined {
  const disk = readOnDisk(root, PACKAGE_JSON, locate);
  if (disk.kind === 'absent') return undefined;
  if (disk.kind === 'unusable' && disk.isHidden)
    throw new UserError(`${PACKAGE_JSON} ${disk.problem}. Nothing was written.`);
  return parsePackageJson(disk.kind === 'file' ? disk.text : '');
}

/** Empty for an invalid package.json. That of the project is refused when it is patched. */
function parsePackageJson(text: string): PackageJson {
  try {
    return plainObject(JSON.parse(plainText(text))) ?? {};
  } catch {
    return {};
  }
}

export const packageNameIn = ({ name }: PackageJson): string | undefined =>
  typeof name === 'string' && name !== '' ? name : undefined;

/** Some hosts run the Node that "engines" names, whichever one has run this program. */
export function engineWarnings({ engines }: PackageJson): string[] {
  const range = String(plainObject(engines)?.node ?? '');
  return isBelow(range, 20, 19)
    ? [`package.json has "engines": Node ${range}, and the sessions need 20.19 or later`]
    : [];
}

export function moduleKindIn(kind: Project['kind'], { type }: PackageJson): ModuleKind {
  if (kind === 'new' || type === 'module') return 'esm';
  return type === 'commonjs' ? 'commonjs' : 'unspecified';
}

/**
 * `start` first, then "main", which `.` and nodemon alone mean, and the other scripts that start something. With `/` in
 * paths, also where Windows wrote them.
 */
export function commandsIn(scripts: Readonly<Record<string, string>>, main: unknown): Command[] {
  const entry = typeof main === 'string' ? main : 'index';
  const starting = new Set(startScripts(scripts).map(([name]) => name));
  const all = Object.entries({ start: '', main: entry, ...scripts }).map(([name, command]) => ({
    name,
    command: command
      .replace(/(?<=\s)\.\/?(?=\s|$)|(?<=\bnodemon)(?=(?:\s+-\S+)*\s*(?:[&;|]|$))/, ` ${entry}`)
      .replaceAll('\\', '/'),
    isStart: name === 'main' || starting.has(name),
  }));
  return all.toSorted((one, other) => Number(other.isStart) - Number(one.isStart));
}
