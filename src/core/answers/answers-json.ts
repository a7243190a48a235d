import { UserError } from '../errors.ts';
import { isTooDeep } from './nesting.ts';
import { type Answers, isOptionName, OPTION_NAMES } from './options.ts';

/** The text of `--config`. */
export function parseAnswersJson(text: string): Answers {
  // What is in the place of bytes that are no UTF-8, such as those of a file that PowerShell has written.
  if (text.includes('\uFFFD')) throw new UserError('--config: must be in UTF-8');
  if (isTooDeep(text)) throw new UserError('--config: is nested too deeply');
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`--config: must be JSON${lineOf(error, text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError('--config: must be a JSON object, such as {"connection": "mongoose"}');
  }
  const { $schema: _, ...answers } = value as Record<string, unknown>;
  const unknown = Object.keys(answers).filter((name) => !isOptionName(name));
  if (unknown.length > 0) throw new UserError(unknownAnswer(unknown));
  return answers;
}

/** The parser's message quotes the text, which may hold a password. Only its position is used, if it has one. */
function lineOf(error: unknown, text: string): string {
  const [, at] = /at position (\d+)/.exec(String(error)) ?? [];
  return at === undefined ? '' : `; line ${text.slice(0, Number(at)).split('\n').length} is not`;
}

const unknownAnswer = (names: readonly string[]): string =>
  names.includes('password')
    ? `--config: ${PASSWORD_RULE}`
    : `--config: does not know ${names.map((name) => JSON.stringify(name)).join(', ')}; it knows ${OPTION_NAMES.join(', ')}`;

export const PASSWORD_RULE =
  'a password is not accepted here: set MONGODB_PASSWORD in the environment or in .env';
