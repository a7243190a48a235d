import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UserError } from '../errors.ts';
import { nearestWords } from './near-words.ts';

/** A flag, as help shows it: `-c, --connection <style>`, `--diff [path]` for a value that may be left out, `--tls`. */
export interface FlagForm {
  readonly flag: string;
  /** What it sets: to its value, to true, or to false where it is one of `--no-…`. */
  readonly property: string;
  /** Each of its values counts, not the last alone. */
  readonly repeats?: boolean;
  /** What follows it does not count. */
  readonly isLast?: boolean;
  /** Never suggested. */
  readonly isHidden?: boolean;
  /** Why it is not taken, with a value or without. */
  readonly refused?: string;
}

export interface CommandLine {
  /** What is no flag and no value of one. */
  readonly words: readonly string[];
  /** By property: a text, a list of texts, true or false. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By property, the long name of the flag that set it; in the order in which they were given. */
  readonly given: ReadonlyMap<string, string>;
  /** What is wrong with the first flag that is unknown or refused, or that has a value and takes none. */
  readonly problem: UserError | undefined;
}

interface Flag extends FlagForm {
  /** Without the dashes. */
  readonly long: string;
  readonly short: string | undefined;
  readonly takes: 'a value' | 'perhaps a value' | 'no value';
}

/** What Node's `parseArgs` finds. */
interface Token {
  readonly kind: 'option' | 'positional' | 'option-terminator';
  /** Which argument it is in. */
  readonly index: number;
  readonly name?: string;
  readonly rawName?: string;
  readonly value?: string | undefined;
}

/**
 * Takes a command line apart. No error shows a value, which may be a secret.
 *
 * @throws UserError (2) for a flag without its value
 */
export function readCommandLine(argv: readonly string[], forms: readonly FlagForm[]): CommandLine {
  const flags = new Map(forms.map((form) => [longOf(form.flag), flagOf(form)]));
  const words: string[] = [];
  const values: Record<string, unknown> = {};
  const given = new Map<string, string>();
  let problem: UserError | undefined;
  let refusedAt = -1;
  for (const { kind, index, name = '', rawName = '', value } of tokensIn(argv, flags)) {
    if (kind === 'positional' && value !== undefined) words.push(value);
    // In `-xhelp`, where there is no -x, -h was not meant.
    if (kind !== 'option' || index === refusedAt) continue;
    const flag = flags.get(name);
    const found = flag && settingOf(flag, value);
    if (flag === undefined || found === undefined) {
      problem ??= refusal(argv[index] ?? '', rawName, [...flags.values()]);
      refusedAt = index;
      continue;
    }
    const { property, repeats, isLast } = flag;
    values[property] = repeats ? [...((values[property] as unknown[]) ?? []), found] : found;
    given.set(property, `--${name}`);
    if (isLast) break;
  }
  return { words, values, given, problem };
}

const longOf = (flag: string): string => /--([\w-]+)/.exec(flag)?.[1] ?? '';

function flagOf(form: FlagForm): Flag {
  const { flag } = form;
  const takes = flag.includes('<') ? 'a value' : flag.includes('[') ? 'perhaps a value' : 'no value';
  return { ...form, long: longOf(flag), short: /^-(\w)/.exec(flag)?.[1], takes };
}

function tokensIn(argv: readonly string[], flags: ReadonlyMap<string, Flag>): Token[] {
  const options = [...flags].map(([long, { short, takes }]) => {
    const type = takes === 'a value' ? 'string' : 'boolean';
    return [long, short === undefined ? { type } : { type, short }] as const;
  });
  const tokens: readonly Token[] = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options) as NonNullable<ParseArgsConfig['options']>,
    strict: false,
    tokens: true,
  }).tokens;
  return tokens.flatMap((token, at) => {
    if (isItsValue(tokens[at - 1], token, flags)) return [];
    const next = tokens[at + 1];
    return isItsValue(token, next, flags) ? [{ ...token, value: next?.value }] : [token];
  });
}

/** A value that a flag need not have may be the next word. Node takes no word for it. */
function isItsValue(
  token: Token | undefined,
  next: Token | undefined,
  flags: ReadonlyMap<string, Flag>,
): boolean {
  if (token?.kind !== 'option' || token.value !== undefined) return false;
  const isFree = flags.get(token.name ?? '')?.takes === 'perhaps a value';
  return isFree && next?.kind === 'positional' && next.index === token.index + 1;
}

/** Undefined for a flag that is refused, or that takes no value and has one. */
function settingOf(
  { flag, long, takes, refused }: Flag,
  value: string | undefined,
): string | boolean | undefined {
  if (refused !== undefined) return undefined;
  if (takes === 'no value') return value === undefined ? !long.startsWith('no-') : undefined;
  if (takes === 'perhaps a value') return value ?? true;
  if (value === undefined) throw new UserError(`option '${flag}' argument missing${HINT}`);
  return value;
}

const HINT = '\nSee create-koa-mongo-session --help';

/** What is said of an argument, without the value that it may carry: all from the first character of no flag on. */
function refusal(argument: string, short: string, flags: readonly Flag[]): UserError {
  const name = argument.startsWith('--') ? (/^--[\w-]*/.exec(argument)?.[0] ?? '') : short;
  const known = flags.find(({ long, short }) => [`--${long}`, `-${short}`].includes(name));
  if (known === undefined) return new UserError(`unknown option '${name}'${suggestion(name, flags)}${HINT}`);
  if (known.refused !== undefined) return new UserError(known.refused);
  if (known.takes !== 'no value') {
    return new UserError(`${name}: its value is a separate argument, or follows a "=": ${known.flag}`);
  }
  const opposite = flags.find(({ long }) => long === `no-${known.long}`);
  return new UserError(
    `${name}: takes no value${opposite ? `; to turn it off, give --${opposite.long}` : ''}`,
  );
}

function suggestion(name: string, flags: readonly Flag[]): string {
  if (!name.startsWith('--')) return '';
  const shown = flags.filter(({ isHidden }) => !isHidden).map(({ long }) => long);
  const near = nearestWords(name.slice(2), shown).map((word) => `--${word}`);
  if (near.length === 0) return '';
  return `\n(Did you mean ${near.length > 1 ? 'one of ' : ''}${near.join(', ')}?)`;
}
