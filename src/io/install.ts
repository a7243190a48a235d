import type { PackageManager } from '../core/answers/managers.ts';
import { UserError } from '../core/errors.ts';
import { runCommand } from './command.ts';

/** The command to install by hand. */
export const installByHand = (root: string, manager: PackageManager): string =>
  `Install by hand, in ${root}:\n  ${manager} install`;

/**
 * The run has changed package.json, so the lock file has to change, too: in CI, pnpm and Yarn refuse that by default.
 * If the install fails, returns the error instead of throwing it, since the files are already written.
 *
 * @param isShown whether its output goes to stderr immediately; otherwise it is kept and shown on failure
 */
export async function installPackages(
  root: string,
  manager: PackageManager,
  isShown: boolean,
): Promise<UserError | undefined> {
  const output = isShown ? 2 : 'pipe';
  const end = await runCommand(
    [manager, 'install', ...(manager === 'pnpm' ? ['--no-frozen-lockfile'] : [])],
    {
      cwd: root,
      stdio: ['ignore', output, output],
      env: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', ...process.env },
    },
  );
  if (end.problem === undefined) return undefined;
  const said = end.output === '' ? '' : `${end.output.trimEnd()}\n\n`;
  return new UserError(
    `${said}${manager} install ${end.problem}; all files are written. ${installByHand(root, manager)}`,
    5,
  );
}
