import { applies, isGiven } from './applies.ts';
import { parseMongoUrl } from './mongodb-url.ts';
import type { Option } from './option-row.ts';
import { type Answers, OPTION_NAMES, type OptionName, optionOf } from './options.ts';
import type { ProjectFacts } from './project-facts.ts';

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

/** The answers that a run without questions needs. A broken URL may name the database. */
export const missingAnswers = (answers: Answers): readonly OptionName[] =>
  OPTION_NAMES.filter(
    (name) =>
      optionOf(name).required &&
      !isGiven(answers, name) &&
      applies(name, answers) &&
      !(name === 'db' && answers.connection === 'url' && 'problem' in parseMongoUrl(answers.url, undefined)),
  );

/** The answers for `--yes`, with a suggestion for each missing required one. */
export function withSuggestions(answers: Answers, facts: ProjectFacts): Answers {
  const [name] = missingAnswers(answers);
  if (name === undefined) return answers;
  return withSuggestions({ ...answers, [name]: optionOf(name).offer?.(facts, answers) }, facts);
}
