import { UserError } from '../errors.ts';
import { flagName, negatedFlag } from './flag-names.ts';
import { createCommand } from './managers.ts';
import { OPTION_NAMES, type OptionName, optionOf } from './options.ts';
import { shellQuote } from './shell.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Flags that npm also has, and that change what a run does. npm's `--json` and `--yes` do no harm. */
const SHARED_WITH_NPM = ['config', 'diff', 'check', 'onConflict', 'restore'];

const variableOf = (name: string): string => `npm_config_${flagName(name).slice(2).replaceAll('-', '_')}`;

/**
 * `npm create koa-mongo-session app --connection url`, without `--`, passes on only `app url`: npm takes the flags for
 * itself and sets them as environment variables. The run would then ignore them. `npm exec` does the same, but not `npx`.
 * In PowerShell, an older npm sees no `--` at all.
 */
export function refuseSwallowedFlags(argv: readonly string[], env: Environment): void {
  if (!/^(?:init|exec)$/.test(env.npm_command ?? '')) return;
  const isTaken = (name: string): boolean => env[variableOf(name)] !== undefined;
  const answers = OPTION_NAMES.filter(isTaken);
  const others = SHARED_WITH_NPM.filter(isTaken);
  if (answers.length + others.length === 0) return;
  const { words, flags: arrived } = split(argv);
  const [directory = '.', ...rest] = words;
  const flags = [
    ...answers.map((name) => swallowedFlag(name, env[variableOf(name)] ?? '', rest)),
    ...others.map(flagName),
    ...(isDryRunOfNpm(env) ? ['--dry-run'] : []),
    ...arrived,
  ];
  throw new UserError(
    `npm kept the flags for itself, since it saw no -- before them. Run instead\n  ${createCommand('npm')} ${shellQuote(directory)} ${flags.join(' ')}`,
  );
}

/** Whether npm took a `--dry-run` that was meant for this program. */
export const isDryRunOfNpm = (env: Environment): boolean => env.npm_config_dry_run === 'true';

/** Flags after a `--` did arrive. A URL is not repeated, since it may contain a password. */
function split(argv: readonly string[]): { words: readonly string[]; flags: readonly string[] } {
  const first = argv.findIndex((word) => word.startsWith('-'));
  const words = first === -1 ? argv : argv.slice(0, first);
  const flags = argv.slice(words.length).filter((word) => word !== '--');
  const shown = flags.map((word, at) =>
    flags[at - 1] === '--url' ? '<url>' : word.replace(/^--url=.*/s, '--url=<url>'),
  );
  return { words, flags: shown.map((word) => (word.endsWith('<url>') ? word : shellQuote(word))) };
}

/** npm reads `--port 27018` as a switch and a separate argument: if there is one of each, they belong together. */
function swallowedFlag(name: OptionName, value: string, rest: readonly string[]): string {
  if (optionOf(name).kind === 'switch') return value === 'true' ? flagName(name) : negatedFlag(name);
  const [only, ...more] = rest;
  const shown = value !== 'true' ? value : only !== undefined && more.length === 0 ? only : undefined;
  if (shown === undefined || name === 'url') return optionOf(name).flag.replace(/^-., /, '');
  return `${flagName(name)} ${shellQuote(shown)}`;
}
