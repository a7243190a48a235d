import type { PackageManager } from '../core/answers/managers.ts';
import { UserError } from '../core/errors.ts';

/** How to do by hand what was not done. */
export const installByHand = (root: string, manager: PackageManager): string =>
  `Install by hand, in ${root}:\n  ${manager} install`;

/**
 * Comes back with the error, if it fails: the files are written by then.
 *
 * @param isShown whether its output goes to stderr at once; else it is kept for the case that it fails
 */
export async function installPackages(
  root: string,
  manager: PackageManager,
  isShown: boolean,
): Promise<UserError | undefined> {
  const { execa } = await import('execa');
  const { failed, exitCode, all } = await execa(manager, ['install'], {
    cwd: root,
    stdin: 'ignore',
    reject: false,
    all: true,
    ...(isShown ? { stdout: process.stderr, stderr: process.stderr, buffer: false } : {}),
  });
  if (!failed) return undefined;
  const reason = exitCode === undefined ? 'could not be run' : `ended with exit code ${exitCode}`;
  const said = isShown || !all ? '' : `${all}\n\n`;
  return new UserError(
    `${said}${manager} install ${reason}; all files are written. ${installByHand(root, manager)}`,
    5,
  );
}
