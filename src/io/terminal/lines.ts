import { createInterface } from 'node:readline';
import { readYesOrNo, YES_OR_NO } from '../../core/answers/answer-text.ts';
import type { Parsed } from '../../core/answers/parsed.ts';
import { wrapped } from '../../core/report/wrap.ts';
import { say, width } from './output.ts';
import type {
  Choice,
  Confirmation,
  Context,
  MultipleSelection,
  Selection,
  TextQuestion,
} from './questions.ts';

/*
 * The questions of prompts.ts as plain lines: nothing is redrawn, so that a screen reader reads each line once, and
 * terminals without cursor control can show them.
 */

/** Thrown if the input ends before an answer. */
export class EndOfInput extends Error {
  override readonly name = 'EndOfInput';
}

/** One reader for all questions, so that input typed ahead is kept for the next ones. */
let lines: AsyncIterator<string> | undefined;

/** Between questions, waiting for input does not keep the process alive. */
async function nextLine(): Promise<string> {
  process.stdin.ref();
  lines ??= createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
  const { value, done } = await lines.next();
  process.stdin.unref();
  if (done === true) {
    say('\n');
    throw new EndOfInput();
  }
  return value.trim();
}

/** Of a row in a list, in characters. */
const ROW_INDENT = 2;

/** A control character, such as in what an arrow key sends: there is no editing here, so it arrives as text. */
const KEY = /[^ -~\u0080-\uFFFF]/;

async function ask<T>(question: string, parse: (line: string) => Parsed<T>, context: Context): Promise<T> {
  context.output.write(`${wrapped(question, width() - 1).join('\n')} `);
  const line = await nextLine();
  const parsed = KEY.test(line) ? { problem: 'arrow keys and the like cannot be used here' } : parse(line);
  if ('value' in parsed) return parsed.value;
  context.output.write(`${wrapped(`Not taken: ${parsed.problem}.`, width()).join('\n')}\n`);
  return ask(question, parse, context);
}

export function input(
  { message, default: offered, validate }: TextQuestion,
  context: Context,
): Promise<string> {
  const parse = (line: string): Parsed<string> => {
    const value = line === '' ? (offered ?? '') : line;
    const verdict = validate(value);
    return verdict === true ? { value } : { problem: verdict };
  };
  return ask(`${message}${offered === undefined ? ':' : `, or Enter for ${offered}:`}`, parse, context);
}

export function confirm({ message, default: offered }: Confirmation, context: Context): Promise<boolean> {
  const parse = (line: string): Parsed<boolean> => {
    const value = line === '' ? offered : readYesOrNo(line);
    return value === undefined ? { problem: YES_OR_NO } : { value };
  };
  return ask(`${message} yes or no, or Enter for ${offered ? 'yes' : 'no'}:`, parse, context);
}

export function select({ message, choices, default: offered }: Selection, context: Context): Promise<string> {
  list(message, choices, context);
  const problem = `answer with a number from 1 to ${choices.length}`;
  const parse = (line: string): Parsed<string> => {
    const value = find(choices, line === '' ? offered : line);
    return value === undefined ? { problem } : { value };
  };
  const at = choices.findIndex(({ value }) => value === offered) + 1;
  return ask(`Number${at === 0 ? '' : `, or Enter for ${at}`}:`, parse, context);
}

export function checkbox({ message, choices }: MultipleSelection, context: Context): Promise<string[]> {
  list(message, choices, context);
  const problem = `answer with numbers from 1 to ${choices.length}, with commas between them`;
  const parse = (line: string): Parsed<string[]> => {
    const words = line.split(/[\s,]+/).filter(Boolean);
    const value = words.map((word) => find(choices, word)).filter((each) => each !== undefined);
    return value.length === words.length ? { value } : { problem };
  };
  return ask('Numbers, or Enter for none:', parse, context);
}

function list(message: string, choices: readonly Choice[], { output }: Context): void {
  const rows = choices.flatMap(({ name, description }, at) => {
    const row = wrapped(
      `${at + 1}. ${name}${description ? ` (${description})` : ''}`,
      width() - ROW_INDENT - 3,
    );
    return row.map((line, part) => ' '.repeat(part === 0 ? ROW_INDENT : ROW_INDENT + 3) + line);
  });
  output.write(`${[...wrapped(message, width()), ...rows].join('\n')}\n`);
}

const find = (choices: readonly Choice[], answer: string): string | undefined =>
  (choices[Number(answer) - 1] ?? choices.find(({ value }) => value === answer))?.value;
