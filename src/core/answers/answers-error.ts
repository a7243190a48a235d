import { UserError } from '../errors.ts';
import type { Problem } from './check.ts';
import { withSuggestions } from './open-questions.ts';
import type { Option } from './option-row.ts';
import { type Answers, type OptionName, optionOf } from './options.ts';
import type { ProjectFacts } from './project-facts.ts';
import { commandOf } from './repeat-command.ts';

/**
 * One error for everything: broken rules and missing answers. If answers are only missing, also a command that has all
 * of them; it would otherwise have to replace what the user gave.
 */
export function answersError(
  problems: readonly Problem[],
  missing: readonly OptionName[] = [],
  rerun?: {
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
  if (problems.length > 0 || !rerun) return new UserError(listed);
  const { directory, answers, facts, flags } = rerun;
  // A complete command each, since npm would take an option that is added to the end of `npm create …`.
  const short = commandOf(directory, answers, facts, [...flags, '--yes']);
  const long = commandOf(directory, withSuggestions(answers, facts), facts, flags);
  return new UserError(
    `${listed}\n\nTo run again with the suggested answers:\n  ${short}\nThe same, spelled out:\n  ${long}`,
  );
}

const syntaxOf = ({ flag, choices }: Option): string =>
  choices ? flag.replace(/<.*>/, `<${Object.keys(choices).join('|')}>`) : flag;

function missingText(name: OptionName): string {
  const option = optionOf(name);
  const also = name === 'connection' ? '; url needs --url, too, and host needs --db' : '';
  return `${syntaxOf(option)} is missing: ${option.help}${also}`;
}
