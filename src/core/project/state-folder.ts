/** The folder for the program's own state, relative to the project. */
export const STATE_DIR = '.koa-mongo-session';
export const MANIFEST_PATH = `${STATE_DIR}/manifest.json`;
export const BACKUP_IGNORE = `${STATE_DIR}/backup/.gitignore`;
/** Copies and journal of the current run. */
export const PENDING = `${STATE_DIR}/pending`;
/** The same for the last completed run. */
export const UNDO = `${STATE_DIR}/undo`;
/** The same for the run before that, while it is being replaced. */
export const OLD_UNDO = `${STATE_DIR}/undo.old`;
export const JOURNAL = 'journal.json';

export function basePath(generatedPath: string): string {
  return `${STATE_DIR}/base/${generatedPath}.base`;
}

/** Whether a path is in this folder. */
export const isOfState = (path: string): boolean => path.startsWith(`${STATE_DIR}/`);
