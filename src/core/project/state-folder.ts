import { STATE_DIR } from './manifest.ts';

/** Copies and journal of the current run. */
export const PENDING = `${STATE_DIR}/pending`;
/** The same for the last completed run. */
export const UNDO = `${STATE_DIR}/undo`;
/** The same for the run before that, while it is being replaced. */
export const OLD_UNDO = `${STATE_DIR}/undo.old`;
export const JOURNAL = 'journal.json';
/** Contains secrets, so it is never copied. */
export const ENV_FILE = '.env';
