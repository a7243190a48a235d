import { nextQuestion, type Problem } from '../../core/answers/answers.ts';
import {
  type Answers,
  fallback,
  flagName,
  type Option,
  type OptionName,
  optionOf,
  type ProjectFacts,
} from '../../core/answers/options.ts';
import { Interrupted, UserError } from '../../core/errors.ts';

/** Every rule that the answers break. */
type Check = (answers: Answers) => readonly Problem[];

/** Asks for what was not answered yet. Needs a terminal. */
export async function askMissing(answers: Answers, facts: ProjectFacts, check: Check): Promise<Answers> {
  return askAll(answers, facts, check, 'always');
}

/** Offers the questions that have a good default anyway. */
export async function askAdvanced(answers: Answers, facts: ProjectFacts, check: Check): Promise<Answers> {
  if (nextQuestion(answers, 'advanced', facts) === undefined) return answers;
  return (await confirm('Change advanced options?', false))
    ? askAll(answers, facts, check, 'advanced')
    : answers;
}

async function askAll(
  answers: Answers,
  facts: ProjectFacts,
  check: Check,
  asked: Option['asked'],
): Promise<Answers> {
  const name = nextQuestion(answers, asked, facts);
  if (name === undefined) return answers;
  const answer = await askFor(name, answers, facts, check);
  return askAll({ ...answers, [name]: answer }, facts, check, asked);
}

/** The choice of an optional answer that leaves it out. */
const NONE = 'none';

async function askFor(
  name: OptionName,
  answers: Answers,
  facts: ProjectFacts,
  check: Check,
): Promise<unknown> {
  const option = optionOf(name);
  const offered = option.suspect?.(facts) ?? fallback(option, facts, answers);
  if (option.kind === 'switch') return confirm(option.question, offered === true);
  if (option.choices && !option.optional) return choose(questionOf(option, facts), option.choices, offered);
  if (option.choices) {
    const chosen = await choose(questionOf(option, facts), { ...option.choices, [NONE]: NONE }, offered);
    return chosen === NONE ? null : chosen;
  }
  const fromText = (text: string): unknown => (text === '' && option.optional ? null : text);
  // Also a rule that an earlier answer breaks only now: here is where it can be mended.
  const known = new Set(check(answers).map(({ option }) => option));
  const validate = (text: string): string | true => {
    const problem = check({ ...answers, [name]: fromText(text) }).find(({ option }) => !known.has(option));
    if (!problem) return true;
    return problem.option === flagName(name) ? problem.rule : `${problem.option} ${problem.rule}`;
  };
  const suggested = validate(String(offered ?? '')) === true ? offered : undefined;
  return fromText(await input(option, suggested, validate));
}

function questionOf({ question, because }: Option, facts: ProjectFacts): string {
  const reason = because?.(facts);
  return reason === undefined ? question : `${question} ${reason}:`;
}

export async function confirm(message: string, offered: boolean): Promise<boolean> {
  const prompts = await import('./prompts.ts');
  return untilAnswered((context) => prompts.confirm({ message, default: offered }, context));
}

/** A text of one line. Taking what is offered is an answer. */
export async function askText(message: string, offered: string): Promise<string> {
  const prompts = await import('./prompts.ts');
  return untilAnswered((context) => prompts.input({ message, default: offered }, context));
}

export async function choose(
  message: string,
  choices: Readonly<Record<string, string>>,
  offered: unknown,
): Promise<string> {
  const prompts = await import('./prompts.ts');
  const rows = Object.entries(choices).map(([value, meaning]) => ({
    value,
    name: value === meaning ? value : `${value} – ${meaning}`,
    short: value,
  }));
  return untilAnswered((context) =>
    prompts.select({ message, choices: rows, default: String(offered), loop: false }, context),
  );
}

async function input(
  { question, redact }: Option,
  offered: string | number | boolean | undefined,
  validate: (text: string) => string | true,
): Promise<string> {
  const prompts = await import('./prompts.ts');
  return untilAnswered((context) =>
    prompts.input(
      {
        message: question,
        validate,
        ...(offered === undefined ? {} : { default: String(offered) }),
        // What was typed stays on the screen; a password should not.
        ...(redact && { transformer: (text, { isFinal }) => (isFinal ? redact(text) : text) }),
      },
      context,
    ),
  );
}

type Context = { readonly output: NodeJS.WritableStream; readonly signal: AbortSignal };

/**
 * Standard output is for the result, so questions go to stderr. At the end of input the prompt would wait for ever
 * with nothing left to wake it, and Node would end with 0 as if all were done.
 */
async function untilAnswered<T>(prompt: (context: Context) => Promise<T>): Promise<T> {
  const endOfInput = new AbortController();
  const abort = () => endOfInput.abort();
  process.once('beforeExit', abort);
  try {
    return await prompt({ output: process.stderr, signal: endOfInput.signal });
  } catch (error) {
    if (endOfInput.signal.aborted)
      throw new UserError('the input ended before all was answered; nothing was written');
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted();
    throw error;
  } finally {
    process.off('beforeExit', abort);
  }
}
