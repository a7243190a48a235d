import { existsSync } from 'node:fs';
import { MANAGER_NAMES, type PackageManager } from '../../core/answers/managers.ts';
import { plainObject } from '../../core/project/json.ts';
import { within } from '../files.ts';
import { packageJsonIn } from './package-json.ts';
import { foldersOfRepository } from './repository.ts';
import { workspaceAround } from './workspace.ts';

const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/**
 * The one that the project already uses, otherwise the one that started this program: `npx` is also used in pnpm
 * projects.
 *
 * @param remembered from an earlier run, for a project that names none
 */
export function detectPackageManager(
  root: string,
  remembered: unknown,
  userAgent: string | undefined,
): PackageManager {
  return (
    usedFor(root) ??
    MANAGER_NAMES.find((name) => name === remembered) ??
    MANAGER_NAMES.find((name) => userAgent?.startsWith(`${name}/`)) ??
    'npm'
  );
}

/** A workspace is installed at its top, so that goes first. A lock file may be a leftover, so a name goes before it. */
function usedFor(root: string): PackageManager | undefined {
  const top = workspaceAround(root);
  const folders = [...(top === undefined ? [] : [top]), ...foldersOfRepository(root)];
  for (const folder of folders) {
    const used = namedIn(folder) ?? lockedIn(folder);
    if (used) return used;
  }
  return undefined;
}

const lockedIn = (folder: string): PackageManager | undefined =>
  LOCK_FILES.find(([file]) => existsSync(within(folder, file)))?.[1];

function namedIn(folder: string): PackageManager | undefined {
  const { packageManager, devEngines } = packageJsonIn(folder);
  const wanted = plainObject(devEngines)?.packageManager;
  const engines = (Array.isArray(wanted) ? wanted : [wanted]).map((engine) => plainObject(engine)?.name);
  return MANAGER_NAMES.find(
    (name) =>
      engines.includes(name) || (typeof packageManager === 'string' && packageManager.startsWith(`${name}@`)),
  );
}
