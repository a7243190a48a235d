import { answerText } from '../../core/answers/answer-text.ts';
import { applies } from '../../core/answers/applies.ts';
import { problemsIn } from '../../core/answers/check.ts';
import { flagName } from '../../core/answers/flag-names.ts';
import { openQuestions } from '../../core/answers/open-questions.ts';
import type { Option } from '../../core/answers/option-row.ts';
import {
  type Answers,
  fallback,
  isRemembered,
  OPTION_NAMES,
  type OptionName,
  optionOf,
} from '../../core/answers/options.ts';
import type { ProjectFacts } from '../../core/answers/project-facts.ts';
import { UserError } from '../../core/errors.ts';
import { wrapped } from '../../core/report/wrap.ts';
import { showsLines } from './environment.ts';
import { paintFor, say, width } from './output.ts';
import type { Choice, Context, Prompts } from './questions.ts';
import { endBy, whatStands } from './signals.ts';
import { streamOf } from './standard.ts';

/**
 * Asks for the missing answers. Needs a terminal.
 *
 * @param open returns the open questions for given answers; the first is asked, then it is called again
 */
export async function askMissing(
  answers: Answers,
  facts: ProjectFacts,
  open: (answers: Answers) => readonly OptionName[] = (given) => openQuestions(given, 'always', facts),
): Promise<Answers> {
  const [name] = open(answers);
  if (name === undefined) return answers;
  return askMissing(await askOne(name, answers, facts), facts, open);
}

/** Shows the advanced questions as a list, to pick those to change. */
export async function askAdvanced(answers: Answers, facts: ProjectFacts): Promise<Answers> {
  const open = openQuestions(answers, 'advanced', facts);
  if (open.length === 0) return answers;
  const picked = await pickSeveral(
    'Change anything else?',
    open.map((name) => rowOf(name, fallback(optionOf(name), facts, answers))),
  );
  return askEach(picked, answers, facts);
}

/** Asks again for saved answers that the user picks from a list, and returns only these. */
export async function askAgain(answers: Answers, facts: ProjectFacts): Promise<Answers> {
  const names = OPTION_NAMES.filter((name) => {
    const { asked, needs, suspect } = optionOf(name);
    const isPossible = asked !== 'never' && isRemembered(name) && applies(name, answers);
    // To adopt a store takes other answers, too, and flags for all of them. Here it can be turned off.
    const isAdopted = suspect === undefined || typeof answers[name] === 'string';
    return isPossible && isAdopted && (needs === undefined || answers[needs] === true);
  });
  const picked = await pickSeveral(
    'Which ones?',
    names.map((name) => rowOf(name, answers[name])),
  );
  const next = await askEach(picked, answers, facts);
  return Object.fromEntries(
    Object.entries(next).filter(([name, answer]) => answers[name as OptionName] !== answer),
  );
}

/** An option in a list to pick from, with its answer, beside which the default says nothing. */
function rowOf(name: OptionName, answer: unknown) {
  const { question, label = question, help } = optionOf(name);
  const description = help.replace(/ \(default.*/, '');
  return { value: name, name: `${label}: ${answerText(answer)}`, short: label, description };
}

/** Asks for each of the names, in order, and for options that an answer makes relevant. */
async function askEach(
  names: readonly OptionName[],
  answers: Answers,
  facts: ProjectFacts,
): Promise<Answers> {
  const [name, ...rest] = names;
  if (name === undefined) return answers;
  const next = await askOne(name, answers, facts, rest);
  const known = openQuestions(answers, 'advanced', facts);
  const broughtUp = openQuestions(next, 'advanced', facts).filter((each) => !known.includes(each));
  return askEach([...broughtUp, ...rest], next, facts);
}

/**
 * The answers, with one more. An earlier answer is suggested again.
 *
 * @param later asked for afterwards: their earlier answers rule out nothing
 */
async function askOne(
  name: OptionName,
  answers: Answers,
  facts: ProjectFacts,
  later: readonly OptionName[] = [],
): Promise<Answers> {
  const option = optionOf(name);
  const offered = answers[name] ?? option.suspect?.(facts) ?? fallback(option, facts, answers);
  help(option, facts);
  const open = Object.fromEntries([name, ...later].map((each) => [each, undefined]));
  return { ...answers, [name]: await answerTo(name, offered, { ...answers, ...open }) };
}

/** The choice of an optional answer that leaves it out. */
const NONE = 'none';

/** An optional text that is left out. With an earlier answer, Enter would keep that. */
const isNone = (text: string): boolean => text === '' || text === '-';

async function answerTo(name: OptionName, offered: unknown, others: Answers): Promise<unknown> {
  const option = optionOf(name);
  if (option.kind === 'switch') return confirm(option.question, offered === true);
  if (option.choices) {
    const choices = option.optional ? { ...option.choices, [NONE]: NONE } : option.choices;
    const chosen = await choose(option.question, choices, offered);
    return option.optional && chosen === NONE ? null : chosen;
  }
  const fromText = (text: string): unknown => (option.optional && isNone(text) ? null : text);
  // Also reports a rule that an earlier answer breaks only now, since the user can fix it here.
  const known = new Set(problemsIn(others).map(({ option }) => option));
  const problemOf = (text: string): string | undefined => {
    const problem = problemsIn({ ...others, [name]: fromText(text) }).find(
      ({ option }) => !known.has(option),
    );
    if (!problem) return undefined;
    return problem.option === flagName(name) ? problem.rule : `${problem.option} ${problem.rule}`;
  };
  const text = offered === undefined || offered === null ? undefined : String(offered);
  const suggested = text !== undefined && problemOf(text) === undefined ? text : undefined;
  return fromText(await askText(option, suggested, problemOf));
}

/** Help for the answer, and the reason for the suggestion. */
function help({ hint, because }: Option, facts: ProjectFacts): void {
  const reason = because?.(facts);
  const texts = [...(hint === undefined ? [] : [hint]), ...(reason === undefined ? [] : [`${reason}.`])];
  const lines = texts.flatMap((text) => wrapped(text, width() - 2)).map((line) => `  ${line}\n`);
  say(paintFor('stderr')('quiet', lines.join('')));
}

const prompts = (): Promise<Prompts> => (showsLines() ? import('./lines.ts') : import('./prompts.ts'));

export async function confirm(message: string, offered: boolean): Promise<boolean> {
  const { confirm } = await prompts();
  return untilAnswered((context) => confirm({ message, default: offered }, context));
}

/** @param choices value → what it means */
export async function choose(
  message: string,
  choices: Readonly<Record<string, string>>,
  offered: unknown,
): Promise<string> {
  const { select } = await prompts();
  const rows = Object.entries(choices).map(([value, meaning]) => ({
    value,
    name: value,
    short: value,
    ...(value === meaning ? {} : { description: meaning }),
  }));
  return untilAnswered((context) =>
    select({ message, choices: rows, default: String(offered), loop: false }, context),
  );
}

/** Any number of them, in the order of the list. */
async function pickSeveral<T extends string>(
  message: string,
  choices: readonly (Choice & { readonly value: T })[],
): Promise<T[]> {
  const { checkbox } = await prompts();
  const picked = await untilAnswered((context) =>
    checkbox({ message, choices, loop: false, pageSize: 12 }, context),
  );
  return choices.map(({ value }) => value).filter((value) => picked.includes(value));
}

/**
 * A text of one line. Accepting the suggestion is an answer.
 *
 * @param problemOf what is wrong with a text; then it is asked for again
 */
export async function askText(
  { question, redact }: Pick<Option, 'question' | 'redact'>,
  offered: string | undefined,
  problemOf: (text: string) => string | undefined,
): Promise<string> {
  const { input } = await prompts();
  return untilAnswered((context) =>
    input(
      {
        message: question,
        validate: (text) => problemOf(text) ?? true,
        ...(offered === undefined ? {} : { default: offered }),
        // The typed text stays on the screen; a password should not.
        ...(redact && { transformer: (text, { isFinal }) => (isFinal ? redact(text.trim()) : text) }),
      },
      context,
    ),
  );
}

/**
 * Standard output is for the result, so questions go to stderr. At the end of input, the prompt would wait forever, and
 * Node would exit with 0 as if everything were done.
 */
async function untilAnswered<T>(prompt: (context: Context) => Promise<T>): Promise<T> {
  const endOfInput = new AbortController();
  const abort = () => endOfInput.abort();
  // readline pauses the input when the program comes back from Ctrl-Z, after the listeners from before the question.
  const resume = () => setImmediate(() => process.stdin.resume());
  process.once('beforeExit', abort).on('SIGCONT', resume);
  try {
    return await prompt({ output: streamOf('stderr'), signal: endOfInput.signal });
  } catch (error) {
    const { name } = error as Error;
    if (endOfInput.signal.aborted || name === 'EndOfInput') {
      throw new UserError(`the input ended before all questions were answered. ${whatStands().text}`);
    }
    // The terminal sends no signal for Ctrl-C while it is in raw mode.
    if (name === 'ExitPromptError') endBy('SIGINT');
    throw error;
  } finally {
    process.off('beforeExit', abort).off('SIGCONT', resume);
  }
}
