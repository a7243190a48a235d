import { promisify } from 'node:util';
import type { Plan } from '../../core/plan/plan.ts';
import { ENV_FILE } from '../../core/project/state-folder.ts';

const TIMEOUT_MS = 5_000;

/** A warning if the next commit would contain the secrets that were added to `.env`. */
export async function doubtsAboutEnv(root: string, { entries }: Pick<Plan, 'entries'>): Promise<string[]> {
  const isAddedTo = entries.some(({ path, action }) => path === ENV_FILE && action === 'update');
  if (!isAddedTo || !(await isTracked(root, ENV_FILE))) return [];
  return [
    `git tracks ${ENV_FILE}, to which secrets were added, and .gitignore does nothing about a file that is tracked. Before the next commit, run in the project: git rm --cached ${ENV_FILE}`,
  ];
}

/** Also false without git or a repository. */
async function isTracked(root: string, path: string): Promise<boolean> {
  const { execFile } = process.getBuiltinModule('node:child_process');
  const options = { cwd: root, timeout: TIMEOUT_MS };
  try {
    // Without fsmonitor, since git would run the program that the repository's settings name.
    const args = ['-c', 'core.fsmonitor=false', 'ls-files', '--error-unmatch', '--', path];
    await promisify(execFile)('git', args, options);
    return true;
  } catch {
    return false;
  }
}
