import { flagName } from './flag-names.ts';
import type { Flag } from './option-row.ts';
import { withValue } from './shell.ts';

/** What to do with a file that the user and an update changed in the same place. */
export const CONFLICT_POLICIES = ['ask', 'fail', 'mine', 'theirs', 'markers'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** Flags for one run. They are not asked for and not saved. */
export const RUN_FLAGS = {
  yes: {
    flag: '-y, --yes',
    group: 'This run',
    help: 'use defaults and suggestions for all that is not given; does not allow overwriting or installing',
  },
  input: { flag: '--no-input', group: 'This run', help: 'never ask; a missing answer is an error' },
  config: {
    flag: '--config <file>',
    group: 'This run',
    help: 'answers as JSON, from a file or from - (standard input); flags override them',
  },
  dryRun: { flag: '--dry-run', group: 'This run', help: 'show the plan and write nothing' },
  diff: {
    flag: '--diff [path]',
    group: 'This run',
    help: 'show the changes, of one file or all, and write nothing',
  },
  check: {
    flag: '--check',
    group: 'This run',
    help: 'write nothing; exit with 3 if a run would change a file other than .env',
  },
  json: { flag: '--json', group: 'This run', help: 'one JSON value on standard output and nothing else' },
  onConflict: {
    flag: '--on-conflict <how>',
    group: 'This run',
    help: `when your edits and an update overlap: ${CONFLICT_POLICIES.join(', ')} (default: ask at a terminal, otherwise fail)`,
  },
  restore: {
    flag: '--restore <path>',
    group: 'This run',
    help: 'write a generated file or folder again that you deleted or edited; your version is backed up',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** Those that were given. */
export interface RunFlags {
  readonly yes: boolean;
  /** False for `--no-input`. */
  readonly input: boolean;
  /** A file, or `-` for standard input. */
  readonly config: string | undefined;
  readonly dryRun: boolean;
  /** For one path, or for all. */
  readonly diff: string | true | undefined;
  readonly check: boolean;
  readonly json: boolean;
  readonly onConflict: ConflictPolicy | undefined;
  readonly restore: readonly string[];
}

/** The flags of this run as a command line, without `--yes`. */
export const runFlagWords = ({ yes: _, input, ...others }: RunFlags): string[] => [
  ...(input ? [] : ['--no-input']),
  ...Object.entries(others).flatMap(([name, given]) =>
    [given].flat().flatMap((value) => wordsOf(flagName(name), value)),
  ),
];

function wordsOf(flag: string, value: unknown): string[] {
  if (typeof value === 'string') return [withValue(flag, value)];
  return value === true ? [flag] : [];
}
