import type { PackageManager } from '../core/answers/managers.ts';
import { UserError } from '../core/errors.ts';
import { runCommand } from './command.ts';

/** The command for an install that was not done. */
export const installByHand = (root: string, manager: PackageManager): string =>
  `Install by hand, in ${root}:\n  ${manager} install`;

/**
 * Returns the error, if it fails, instead of throwing it: the files are already written.
 *
 * @param isShown whether its output goes to stderr at once; else it is kept for the case that it fails
 */
export async function installPackages(
  root: string,
  manager: PackageManager,
  isShown: boolean,
): Promise<UserError | undefined> {
  const output = isShown ? 2 : 'pipe';
  const end = await runCommand([manager, 'install'], { cwd: root, stdio: ['ignore', output, output] });
  if (end.problem === undefined) return undefined;
  const said = end.output === '' ? '' : `${end.output.trimEnd()}\n\n`;
  return new UserError(
    `${said}${manager} install ${end.problem}; all files are written. ${installByHand(root, manager)}`,
    5,
  );
}
