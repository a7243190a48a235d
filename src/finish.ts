import { commandOf, managerFor } from './core/answers/answers.ts';
import type { Answers, ProjectFacts } from './core/answers/options.ts';
import type { Settings } from './core/answers/settings.ts';
import type { Patch } from './core/plan/plan.ts';
import { type NextSteps, nextSteps, nextStepsText } from './core/report/next-steps.ts';
import { hasDrift, reportDiff, reportJson, reportText } from './core/report/report.ts';
import type { RunFlags } from './flags.ts';
import { installPackages } from './io/install.ts';
import { doubtsAboutEnv } from './io/read/git.ts';
import { tell, warn } from './io/terminal/output.ts';
import type { Outcome } from './regenerate.ts';

/** Shows a plan that was not carried out. */
export function showPlan(outcome: Outcome, { json, diff }: RunFlags): void {
  const differences = diff === undefined ? undefined : reportDiff(outcome.plan, diff);
  tell(json ? reportJson(outcome, { diff: differences }) : (differences ?? reportText(outcome)));
}

/** What a run was about, once it is written. */
export interface Written {
  readonly root: string;
  readonly directory: string;
  readonly settings: Settings;
  /** As they are remembered, and as they were collected for this run. */
  readonly answers: Answers;
  readonly collected: Answers;
  readonly facts: ProjectFacts;
  readonly patches: readonly Patch[];
}

/**
 * Installs, where that was asked for, and says what was written and what comes next.
 *
 * @throws UserError (5) when the install failed
 */
export async function finish(outcome: Outcome, written: Written, { json }: RunFlags): Promise<void> {
  const { root, collected, facts } = written;
  (await doubtsAboutEnv(root, outcome.plan)).forEach(warn);
  const failure =
    collected.install === true ? await installPackages(root, managerFor(collected, facts)) : undefined;
  const next = nextOf(written, collected.install === true && !failure);
  const isNews = hasDrift(outcome.plan);
  tell(json ? reportJson(outcome, next) : reportText(outcome) + (isNews ? nextStepsText(next) : ''));
  if (failure) throw failure;
}

function nextOf(
  { settings, directory, answers, collected, facts, patches }: Written,
  isInstalled: boolean,
): NextSteps {
  return nextSteps(settings, {
    directory,
    manager: managerFor(collected, facts),
    isInstalled,
    repeat: commandOf(directory, answers, facts),
    env: patches.find(({ id }) => id === 'env')?.text ?? '',
  });
}
