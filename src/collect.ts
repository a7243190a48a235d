import { answersError } from './core/answers/answers-error.ts';
import { problemsIn, problemsInAll } from './core/answers/check.ts';
import { combineAnswers } from './core/answers/combine.ts';
import { flagName } from './core/answers/flag-names.ts';
import { missingAnswers, withSuggestions } from './core/answers/open-questions.ts';
import { type Answers, OPTIONS } from './core/answers/options.ts';
import { managerFor } from './core/answers/package-manager.ts';
import type { ProjectFacts } from './core/answers/project-facts.ts';
import { runFlagWords } from './core/answers/run-flags.ts';
import { MANIFEST_PATH } from './core/project/state-folder.ts';
import { answersText } from './core/report/answers-text.ts';
import { reportDiff, reportText } from './core/report/report.ts';
import type { Flags } from './flags.ts';
import { readConfig } from './io/read/answers-file.ts';
import { agreeTo } from './io/terminal/agree.ts';
import { askAdvanced, askAgain, askMissing, confirm } from './io/terminal/ask.ts';
import { asksForAnswers } from './io/terminal/environment.ts';
import { introduce, paintFor, say, warn } from './io/terminal/output.ts';
import { columnsOf } from './io/terminal/standard.ts';
import { isPreview, type Outcome } from './regenerate.ts';

/**
 * The answers from flags, the `--config` file, earlier runs and questions, in this order: complete and valid.
 *
 * @throws UserError that lists every problem and every missing answer
 */
export async function collectAnswers(
  { directory, given, run }: Flags & { readonly directory: string },
  saved: Answers,
  facts: ProjectFacts,
): Promise<Answers> {
  const configured = run.config === undefined ? {} : await readConfig(run.config);
  const now = { ...configured, ...given };
  const { answers, warnings } = combineAnswers(now, saved);
  warnings.forEach(warn);
  const known = run.yes ? withSuggestions(answers, facts) : answers;
  const isAsking = asksForAnswers(run);
  // A given flag is in the command; an earlier answer only in the manifest.
  const earlier = Object.keys(saved).flatMap((name) => (Object.hasOwn(now, name) ? [] : [flagName(name)]));
  const problems = (isAsking ? problemsIn(known) : problemsInAll(known, facts)).map(({ option, rule }) => ({
    option: earlier.includes(option) ? `${option} (in ${MANIFEST_PATH})` : option,
    rule,
  }));
  const missing = isAsking ? [] : missingAnswers(known);
  if (problems.length + missing.length > 0) {
    throw answersError(problems, missing, { directory, answers, facts, flags: runFlagWords(run) });
  }
  if (!isAsking) return known;

  const isFirstRun = Object.keys(saved).length === 0;
  if (isFirstRun) introduce();
  const all = await askWhatIsMissing(known, saved, facts);
  const late = problemsInAll(all, facts);
  if (late.length > 0) throw answersError(late);
  if (all.install !== undefined || !isFirstRun || isPreview(run)) return all;
  return {
    ...all,
    install: await confirm(`${OPTIONS.install.question} with ${managerFor(all, facts)}?`, true),
  };
}

/** The answers of an earlier run are complete, so a later run asks only for what another style needs. */
async function askWhatIsMissing(known: Answers, saved: Answers, facts: ProjectFacts): Promise<Answers> {
  if (Object.keys(saved).length === 0) {
    return askAdvanced(await askMissing(known, facts), facts);
  }
  const isSameStyle = known.connection === saved.connection;
  return isSameStyle ? askMissing(known, facts, missingAnswers) : askMissing(known, facts);
}

/** Shows the current answers, and returns changed ones if the user wants that. */
export async function askForChange(answers: Answers, facts: ProjectFacts): Promise<Answers | undefined> {
  say(`Everything is up to date. Your answers:\n${answersText(answers, paintFor('stderr'))}\n`);
  if (!(await confirm('Change an answer?', false))) return undefined;
  const given = await askAgain(answers, facts);
  const all = await askWhatIsMissing(combineAnswers(given, answers).answers, answers, facts);
  const problems = problemsInAll(all, facts);
  if (problems.length > 0) throw answersError(problems);
  return all;
}

/** Shows what would be written, and asks for a yes. */
export const askToAgree = (outcome: Outcome, isProject: boolean): Promise<void> =>
  agreeTo(
    `${reportText(outcome, paintFor('stderr'), columnsOf('stderr'))}Nothing is written yet.\n`,
    () => reportDiff(outcome.plan, true, paintFor('stderr')),
    isProject,
  );
