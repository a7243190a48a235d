import type { Flag } from './option-row.ts';

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
