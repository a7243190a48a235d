import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plan } from '../../core/plan/plan.ts';
import { ENV_FILE } from '../../core/project/paths.ts';
import { statIfThere } from '../files.ts';

const GIT_TIMEOUT_MS = 5_000;

/** Warnings if others could read the secrets that were added to `.env`: on this machine, or after the next commit. */
export async function doubtsAboutEnv(root: string, { entries }: Pick<Plan, 'entries'>): Promise<string[]> {
  const isAddedTo = entries.some(({ path, action }) => path === ENV_FILE && action === 'update');
  if (!isAddedTo) return [];
  return [...readableDoubts(root), ...((await isTracked(root, ENV_FILE)) ? [TRACKED] : [])];
}

const TRACKED = `git tracks ${ENV_FILE}, to which secrets were added, whatever .gitignore says. Before the next commit, run \`git rm --cached ${ENV_FILE}\` in the project`;

/** The owner of an existing file chooses its mode. On Windows, the mode has no meaning. */
function readableDoubts(root: string): string[] {
  const { mode } = statIfThere(join(root, ENV_FILE)) ?? { mode: 0 };
  if (process.platform === 'win32' || (mode & 0o044) === 0) return [];
  return [
    `other users of this machine can read ${ENV_FILE}, to which secrets were added. Run \`chmod 600 ${ENV_FILE}\` in the project`,
  ];
}

/** Also false without git or a repository. */
async function isTracked(root: string, path: string): Promise<boolean> {
  const { execFile } = process.getBuiltinModule('node:child_process');
  const options = { cwd: root, timeout: GIT_TIMEOUT_MS };
  try {
    // Without fsmonitor, since git would run the program that the repository's settings name.
    const args = ['-c', 'core.fsmonitor=false', 'ls-files', '--error-unmatch', '--', path];
    await promisify(execFile)('git', args, options);
    return true;
  } catch {
    return false;
  }
}
