import { STATE_DIR } from './manifest.ts';

/** Copies and journal of the current run. */
export const PENDING = `${STATE_DIR}/pending`;
/** The same of the last run that ended. */
export const UNDO = `${STATE_DIR}/undo`;
/** Of the run before, while one replaces the other. */
export const OLD_UNDO = `${STATE_DIR}/undo.old`;
export const JOURNAL = 'journal.json';
/** Holds secrets, so no copy of it is ever kept. */
export const ENV_FILE = '.env';
