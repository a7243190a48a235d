import type { Project } from '../../core/project/working-tree.ts';
import { readProject } from '../read/project.ts';
import { projectRoot } from '../read/root.ts';
import { repairInterrupted } from './transaction.ts';

/**
 * Reads a project that will be written. First undoes the changes of an interrupted run.
 *
 * @param generator version of the running program
 * @throws UserError for a directory, a manifest or a journal that cannot be used
 */
export async function openProject(dir: string, generator: string): Promise<Project> {
  const root = projectRoot(dir);
  const edited = await repairInterrupted(root);
  const project = readProject(root, generator);
  const warnings = edited.map(
    ({ path, copy }) =>
      `${path} was edited after a run was interrupted, and is left as it is.${copy === undefined ? '' : ` Its text from before that run is in ${copy}.`}`,
  );
  return { ...project, warnings: [...warnings, ...project.warnings] };
}
