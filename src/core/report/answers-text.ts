import { answerText } from '../answers/answer-text.ts';
import { flagName } from '../answers/flag-names.ts';
import { type Answers, OPTION_NAMES, optionOf } from '../answers/options.ts';
import type { Paint } from './paint.ts';

/** The current answers, each with the name of its flag, without secrets. */
export function answersText(answers: Answers, paint: Paint): string {
  const names = OPTION_NAMES.filter((name) => answers[name] !== undefined);
  const width = Math.max(0, ...names.map((name) => flagName(name).length));
  return names
    .map((name) => {
      const shown = (optionOf(name).redact ?? answerText)(answers[name]);
      return `  ${paint('quiet', flagName(name).padEnd(width))}  ${shown}\n`;
    })
    .join('');
}
