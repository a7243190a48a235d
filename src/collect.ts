import {
  answersError,
  combineAnswers,
  managerFor,
  missingAnswers,
  withSuggestions,
} from './core/answers/answers.ts';
import { type Answers, OPTIONS, type ProjectFacts } from './core/answers/options.ts';
import { problemsIn, problemsInAll } from './core/answers/settings.ts';
import { type Flags, wordsOf } from './flags.ts';
import { readConfig } from './io/read/config.ts';
import { askAdvanced, askMissing, confirm } from './io/terminal/ask.ts';
import { canAsk } from './io/terminal/environment.ts';
import { warn } from './io/terminal/output.ts';
import { isPreview } from './regenerate.ts';

/**
 * From flags, file, memory and questions, in this order: complete and without problems.
 *
 * @throws UserError that lists every problem and every missing answer
 */
export async function collectAnswers(
  { directory, given, run }: Flags & { readonly directory: string },
  saved: Answers,
  facts: ProjectFacts,
): Promise<Answers> {
  const configured = run.config === undefined ? {} : await readConfig(run.config);
  const { answers, warnings } = combineAnswers({ ...configured, ...given }, saved);
  warnings.forEach(warn);
  const known = run.yes ? withSuggestions(answers, facts) : answers;
  const isAsking = run.input && !run.yes && canAsk(process.env);
  const problems = isAsking ? problemsIn(known) : problemsInAll(known, facts);
  const missing = isAsking ? [] : missingAnswers(known);
  if (problems.length + missing.length > 0) {
    throw answersError(problems, missing, { directory, answers, facts, flags: wordsOf(run) });
  }
  if (!isAsking) return known;

  const isFirstRun = Object.keys(saved).length === 0;
  const all = await askFor(known, isFirstRun, facts);
  const late = problemsInAll(all, facts);
  if (late.length > 0) throw answersError(late, [], { directory, answers: all, facts, flags: wordsOf(run) });
  if (all.install !== undefined || !isFirstRun || isPreview(run)) return all;
  return {
    ...all,
    install: await confirm(`${OPTIONS.install.question} with ${managerFor(all, facts)}?`, true),
  };
}

async function askFor(known: Answers, isFirstRun: boolean, facts: ProjectFacts): Promise<Answers> {
  const asked = await askMissing(known, facts, problemsIn);
  return isFirstRun ? askAdvanced(asked, facts, problemsIn) : asked;
}
