import { checkbox as checkboxOf, input as inputOf, select as selectOf } from '@inquirer/prompts';
import { readYesOrNo, YES_OR_NO } from '../../core/answers/answer-text.ts';
import { wrapped } from '../../core/report/wrap.ts';
import { paintFor, width } from './output.ts';
import type { Choice, Prompts } from './questions.ts';

/*
 * The questions at a full terminal. A separate module, which is loaded when a question is asked. The library would
 * break lines within words, so texts are wrapped before.
 */

/** The sign before a question, and before its answer. */
const SIGN_WIDTH = '? '.length;

/** @param aside text after the question, on a separate line if it does not fit */
function broken(message: string, aside: string): string {
  const lines = wrapped(message, width() - SIGN_WIDTH);
  const last = lines.at(-1) ?? '';
  const isRoom = SIGN_WIDTH + last.length + 1 + aside.length < width();
  return lines.join('\n') + (isRoom ? '' : '\n');
}

const longest = (words: readonly string[]): string =>
  words.reduce((one, other) => (other.length > one.length ? other : one), '');

const rowsOf = (choices: readonly Choice[]): Choice[] =>
  choices.map((choice) => ({
    ...choice,
    ...(choice.description === undefined
      ? {}
      : { description: wrapped(choice.description, width()).join('\n') }),
  }));

/** The keys, in as few words as possible. */
const keysHelpTip = (text: string) => () => paintFor('stderr')('quiet', text);

/** Not the library's own: that one takes an answer that it does not know, such as `stop`, for the default. */
export const confirm: Prompts['confirm'] = async ({ message, default: offered }, context) => {
  const both = offered ? 'Y/n' : 'y/N';
  const read = (text: string): boolean | undefined => (text === both ? offered : readYesOrNo(text.trim()));
  const text = await inputOf(
    {
      message: broken(message, `(${both})`),
      default: both,
      validate: (text) => read(text) !== undefined || YES_OR_NO,
      transformer: (text, { isFinal }) =>
        isFinal ? paintFor('stderr')('changed', read(text) ? 'Yes' : 'No') : text,
    },
    context,
  );
  return read(text) === true;
};

/** Pasted text often has a space at an end. */
export const input: Prompts['input'] = async (question, context) => {
  const text = await inputOf(
    {
      ...question,
      message: broken(question.message, question.default === undefined ? '' : `(${question.default})`),
      validate: (text) => {
        const verdict = question.validate(text.trim());
        return verdict === true ? true : wrapped(verdict, width() - SIGN_WIDTH).join('\n');
      },
    },
    context,
  );
  return text.trim();
};

export const select: Prompts['select'] = (question, context) =>
  selectOf(
    {
      ...question,
      message: broken(question.message, longest(question.choices.map(({ short }) => short))),
      choices: rowsOf(question.choices),
      theme: { style: { keysHelpTip: keysHelpTip('↑↓ move, Enter selects') } },
    },
    context,
  );

export const checkbox: Prompts['checkbox'] = (question, context) =>
  checkboxOf(
    {
      ...question,
      choices: rowsOf(question.choices),
      theme: {
        style: {
          keysHelpTip: keysHelpTip('↑↓ move, Space selects, Enter continues'),
          renderSelectedChoices: (picked: readonly Choice[]) =>
            picked.length === 0
              ? 'no'
              : `\n${wrapped(picked.map(({ short }) => short).join(', '), width()).join('\n')}`,
        },
      },
    },
    context,
  );
