import type { PackageManager } from '../core/answers/managers.ts';
import { UserError } from '../core/errors.ts';

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
