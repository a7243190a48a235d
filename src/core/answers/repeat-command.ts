import { isGiven } from './applies.ts';
import { flagName, negatedFlag } from './flag-names.ts';
import { createCommand } from './managers.ts';
import { type Answers, fallback, OPTION_NAMES, type OptionName, optionOf } from './options.ts';
import { managerFor } from './package-manager.ts';
import type { ProjectFacts } from './project-facts.ts';
import { shellQuote, withValue } from './shell.ts';

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

function flagText(name: OptionName, answer: unknown): string {
  if (answer === true) return flagName(name);
  if (answer === false || answer === null) return negatedFlag(name);
  return withValue(flagName(name), (optionOf(name).redact ?? String)(answer));
}
