import { UserError } from '../errors.ts';
import { flagName, hasNegation, negatedFlag } from './flag-names.ts';
import { createCommand } from './managers.ts';
import type { Flag } from './option-row.ts';
import { isOptionName, OPTION_NAMES, type OptionName, optionOf } from './options.ts';
import { RUN_FLAGS } from './run-flags.ts';
import { shellQuote, withValue } from './shell.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags that npm also has, and that change what a run does. npm's `--json` and `--yes` do no harm. */
const SHARED_WITH_NPM = ['config', 'diff', 'check', 'onConflict', 'restore'] as const;

type Name = OptionName | (typeof SHARED_WITH_NPM)[number];

const variableOf = (name: string): string => `npm_config_${flagName(name).slice(2).replaceAll('-', '_')}`;

/**
 * `npm create koa-mongo-session app --connection url`, without `--`, passes on only `app url`: npm takes the flags for
 * itself and sets them as environment variables. The run would then ignore them. `npm exec` does the same, but not `npx`.
 * In PowerShell, an older npm sees no `--` at all.
 */
export function refuseSwallowedFlags(argv: readonly string[], env: Environment): void {
  if (!/^(?:init|exec)$/.test(env.npm_command ?? '')) return;
  const taken = [...OPTION_NAMES, ...SHARED_WITH_NPM].flatMap((name) => {
    // npm joins the values of a repeated flag by an empty line.
    const values = env[variableOf(name)]?.split('\n\n') ?? [];
    return values.map((value) => ({ name, value }));
  });
  if (taken.length === 0) return;
  const { words, flags: arrived } = split(argv);
  // npm reads `--port 27018` as a switch and a separate argument.
  const open = taken.filter(({ name, value }) => value === 'true' && rowOf(name).flag.endsWith('>'));
  const [directory = '.', ...values] = words.length > open.length ? words : ['.', ...words];
  const only = open.length === 1 && values.length === 1 ? values[0] : undefined;
  const flags = [
    ...taken.map((each) => swallowedFlag(each.name, open.includes(each) ? only : each.value)),
    ...(isDryRunOfNpm(env) ? ['--dry-run'] : []),
    ...arrived,
  ];
  throw new UserError(
    `npm kept the flags for itself, since it saw no -- before them. Run instead\n  ${createCommand('npm')} ${shellQuote(directory)} ${flags.join(' ')}`,
  );
}

const rowOf = (name: Name): Flag => (isOptionName(name) ? optionOf(name) : RUN_FLAGS[name]);

/** Whether npm took a `--dry-run` that was meant for this program. */
export const isDryRunOfNpm = (env: Environment): boolean => env.npm_config_dry_run === 'true';

/** Flags after a `--` did arrive. A URL is not repeated, since it may contain a password. */
function split(argv: readonly string[]): { words: readonly string[]; flags: readonly string[] } {
  const first = argv.findIndex((word) => word.startsWith('-'));
  const words = first === -1 ? argv : argv.slice(0, first);
  const flags = argv.slice(words.length).filter((word) => word !== '--');
  const shown = flags.map((word, at) => {
    if (flags[at - 1] === '--url') return '<url>';
    return word.startsWith('--url=') ? '--url=<url>' : shellQuote(word);
  });
  return { words, flags: shown };
}

/** @param value undefined if nobody can tell which one it is */
function swallowedFlag(name: Name, value: string | undefined): string {
  const { flag } = rowOf(name);
  if (value === undefined || name === 'url') return flag.replace(/^-., /, '');
  if (['', 'false'].includes(value) && isOptionName(name) && hasNegation(optionOf(name)))
    return negatedFlag(name);
  return /^(?:true)?$/.test(value) ? flagName(name) : withValue(flagName(name), value);
}
