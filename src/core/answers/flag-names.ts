import type { Option } from './option-row.ts';

/** `--auth-source`, for `authSource`. */
export const flagName = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `--no-auth-source`, for `authSource`. */
export const negatedFlag = (name: string): string => flagName(name).replace('--', '--no-');

/** Switches and optional answers have a `--no-…`, so that a later run can turn them off. */
export const hasNegation = (option: Option): boolean => option.kind === 'switch' || option.optional === true;
