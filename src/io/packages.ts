import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { MANAGER_NAMES, type PackageManager } from '../core/options.ts';

const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

/** What the project uses already, else what started this program: `npx` is at home in a pnpm project, too. */
export function detectPackageManager(root: string, userAgent: string | undefined): PackageManager {
  const used = LOCK_FILES.find(([file]) => existsSync(join(root, file)))?.[1];
  return used ?? MANAGER_NAMES.find((name) => userAgent?.startsWith(`${name}/`)) ?? 'npm';
}

/** Its output goes to stderr. Comes back with the error, if it fails: the files are written by then. */
export async function installPackages(root: string, manager: PackageManager): Promise<UserError | undefined> {
  const { execa } = await import('execa');
  const { failed, exitCode } = await execa(manager, ['install'], {
    cwd: root,
    stdin: 'ignore',
    stdout: process.stderr,
    stderr: 'inherit',
    reject: false,
  });
  if (!failed) return undefined;
  const reason = exitCode === undefined ? 'could not be run' : `ended with exit code ${exitCode}`;
  return new UserError(
    `${manager} install ${reason}; all files are written. Install by hand, in ${root}:\n  ${manager} install`,
    5,
  );
}
