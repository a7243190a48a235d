import { UserError } from '../errors.ts';
import { applies, isGiven, styleOf } from './applies.ts';
import { flagName, negatedFlag } from './flag-names.ts';
import { createCommand, MANAGER_NAMES, type PackageManager } from './managers.ts';
import { parseMongoUrl } from './mongodb-url.ts';
import { isTooDeep } from './nesting.ts';
import type { Option } from './option-row.ts';
import {
  type Answers,
  fallback,
  isOptionName,
  isRemembered,
  OPTION_NAMES,
  type OptionName,
  optionOf,
} from './options.ts';
import type { ProjectFacts } from './project-facts.ts';
import { shellQuote } from './shell.ts';
import type { ConnectionStyle } from './styles.ts';

export interface Problem {
  readonly option: string;
  /** Worded to follow `--option: `. */
  readonly rule: string;
}

/** The style, if it was not given: `--url` and `--host` imply one; the others do only if nothing is saved. */
function inferStyle(given: Answers, saved: Answers): unknown {
  if (isGiven(given, 'connection')) return given.connection;
  if (isGiven(given, 'url')) return 'url';
  if (isGiven(given, 'host')) return 'host';
  if (isGiven(saved, 'connection')) return saved.connection;
  return (['port', 'db', 'username', 'authSource', 'tls'] as const).some((name) => isGiven(given, name))
    ? 'host'
    : undefined;
}

const onlyAnswers = (answers: Answers, wanted: (name: OptionName) => boolean): Answers =>
  Object.fromEntries(
    OPTION_NAMES.filter((name) => isGiven(answers, name) && wanted(name)).map((name) => [
      name,
      answers[name],
    ]),
  );

/** Given answers override saved ones. Given answers that do not fit the style are dropped. */
export function combineAnswers(
  given: Answers,
  saved: Answers,
): { readonly answers: Answers; readonly warnings: readonly string[] } {
  const connection = inferStyle(given, saved);
  const style = styleOf({ connection });
  const kept = onlyAnswers(
    saved,
    (name) =>
      isRemembered(name) &&
      (optionOf(name).styles === undefined || (saved.connection === connection && !isGiven(given, 'url'))),
  );
  const all: Answers = {
    ...kept,
    ...onlyAnswers(given, () => true),
    ...(connection === undefined ? {} : { connection }),
  };

  const isUnused = (name: OptionName): boolean =>
    style !== undefined &&
    optionOf(name).styles !== undefined &&
    name !== 'authSource' &&
    // `--connection host --url …` contradicts itself, and the check refuses it.
    !(name === 'url' && style === 'host') &&
    !applies(name, all);
  const unused = OPTION_NAMES.filter((name) => isGiven(given, name) && isUnused(name));
  const isUsed = (name: OptionName): boolean =>
    isGiven(given, name) ? !unused.includes(name) : applies(name, all);
  return {
    answers: onlyAnswers(all, isUsed),
    warnings: [
      ...(unused.length === 0 ? [] : [unusedWarning(style, unused)]),
      ...(given.autoReconnect === true
        ? ['--auto-reconnect changes nothing: the driver always reconnects']
        : []),
    ],
  };
}

function unusedWarning(style: ConnectionStyle | undefined, unused: readonly OptionName[]): string {
  const winner = style === 'url' ? '--url' : `--connection ${style}`;
  const hint = style === 'url' ? '; put it in the URL instead' : '';
  return `${winner} takes precedence; not used: ${unused.map(flagName).join(', ')}${hint}`;
}

/** The open questions, in the order of the table: not answered, and not ruled out by another answer. */
export const openQuestions = (
  answers: Answers,
  asked: Option['asked'],
  facts: ProjectFacts,
): readonly OptionName[] =>
  OPTION_NAMES.filter((name) => {
    const { asked: when, needs, suspect } = optionOf(name);
    if (when !== asked || isGiven(answers, name) || !applies(name, answers)) return false;
    const isRuledOut = needs !== undefined && answers[needs] !== true;
    return !isRuledOut && (suspect === undefined || suspect(facts) !== undefined);
  });

/** An answer as it is shown to the user. */
export function answerText(answer: unknown): string {
  if (answer === undefined || answer === null || answer === '') return 'none';
  if (typeof answer === 'boolean') return answer ? 'yes' : 'no';
  return String(answer);
}

/** The answers that a run without questions needs. A broken URL may name the database. */
export const missingAnswers = (answers: Answers): readonly OptionName[] =>
  OPTION_NAMES.filter(
    (name) =>
      optionOf(name).required &&
      !isGiven(answers, name) &&
      applies(name, answers) &&
      !(name === 'db' && answers.connection === 'url' && 'problem' in parseMongoUrl(answers.url, undefined)),
  );

/** The package manager that installs. */
export const managerFor = (answers: Answers, facts: ProjectFacts): PackageManager =>
  MANAGER_NAMES.find((name) => name === answers.packageManager) ?? facts.packageManager;

/** The answers for `--yes`, with a suggestion for each missing required one. */
export function withSuggestions(answers: Answers, facts: ProjectFacts): Answers {
  const [name] = missingAnswers(answers);
  if (name === undefined) return answers;
  return withSuggestions({ ...answers, [name]: optionOf(name).offer?.(facts, answers) }, facts);
}

function flagText(name: OptionName, answer: unknown): string {
  if (answer === true) return flagName(name);
  if (answer === false || answer === null) return negatedFlag(name);
  return `${flagName(name)} ${shellQuote((optionOf(name).redact ?? String)(answer))}`;
}

/**
 * A command to copy, with every answer that is not the default, quoted for a shell and without secrets.
 *
 * @param more flags that are not answers
 */
export function commandOf(
  directory: string,
  answers: Answers,
  facts: ProjectFacts,
  more: readonly string[] = [],
): string {
  const flags = OPTION_NAMES.filter(
    (name) =>
      isGiven(answers, name) &&
      (optionOf(name).required || answers[name] !== fallback(optionOf(name), facts, answers)),
  ).map((name) => flagText(name, answers[name]));
  return [createCommand(managerFor(answers, facts)), shellQuote(directory), ...flags, ...more].join(' ');
}

const syntaxOf = ({ flag, choices }: Option): string =>
  choices ? flag.replace(/<.*>/, `<${Object.keys(choices).join('|')}>`) : flag;

function missingText(name: OptionName): string {
  const option = optionOf(name);
  const also = name === 'connection' ? '; url needs --url, too, and host needs --db' : '';
  return `${syntaxOf(option)}  is missing: ${option.help}${also}`;
}

/**
 * One error for everything: broken rules and missing answers. If answers are only missing, also a command that has all
 * of them; it would otherwise have to replace what the user gave.
 */
export function answersError(
  problems: readonly Problem[],
  missing: readonly OptionName[],
  rerun: {
    readonly directory: string;
    readonly answers: Answers;
    readonly facts: ProjectFacts;
    /** The other given flags. */
    readonly flags: readonly string[];
  },
): UserError {
  const lines = [...problems.map(({ option, rule }) => `${option}: ${rule}`), ...missing.map(missingText)];
  const listed =
    lines.length === 1
      ? (lines[0] ?? '')
      : `${lines.length} problems\n${lines.map((line) => `  ${line}`).join('\n')}`;
  if (missing.length === 0 || problems.length > 0) return new UserError(listed);
  const { directory, answers, facts, flags } = rerun;
  // A complete command each, since npm would take an option that is added to the end of `npm create …`.
  const short = commandOf(directory, answers, facts, [...flags, '--yes']);
  const long = commandOf(directory, withSuggestions(answers, facts), facts, flags);
  return new UserError(
    `${listed}\n\nTo run again with the suggested answers:\n  ${short}\nThe same, spelled out:\n  ${long}`,
  );
}

/** The text of `--config`. */
export function parseAnswersJson(text: string): Answers {
  if (isTooDeep(text)) throw new UserError('--config: is nested too deeply');
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's message quotes the text, which may hold a password.
    throw new UserError('--config: must be JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError('--config: must be a JSON object, such as {"connection": "mongoose"}');
  }
  const { $schema: _, ...answers } = value as Record<string, unknown>;
  const unknown = Object.keys(answers).filter((name) => !isOptionName(name));
  if (unknown.length > 0) throw new UserError(unknownAnswer(unknown));
  return answers;
}

const unknownAnswer = (names: readonly string[]): string =>
  names.includes('password')
    ? `--config: ${PASSWORD_RULE}`
    : `--config: does not know ${names.map((name) => JSON.stringify(name)).join(', ')}; it knows ${OPTION_NAMES.join(', ')}`;

export const PASSWORD_RULE =
  'a password is not accepted here: set MONGODB_PASSWORD in the environment or in .env';
