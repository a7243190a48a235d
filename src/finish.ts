import { commandOf, managerFor } from './core/answers/answers.ts';
import type { Answers, ProjectFacts } from './core/answers/options.ts';
import type { Settings } from './core/answers/settings.ts';
import type { Patch } from './core/plan/plan.ts';
import type { Project } from './core/project/working-tree.ts';
import { type NextSteps, nextSteps, nextStepsText } from './core/report/next-steps.ts';
import { reportDiff, reportFacts, reportText } from './core/report/report.ts';
import { type Ending, endedBy } from './ending.ts';
import type { RunFlags } from './flags.ts';
import { installPackages } from './io/install.ts';
import { doubtsAboutEnv } from './io/read/git.ts';
import { paintFor, tell, warn } from './io/terminal/output.ts';
import type { Outcome } from './regenerate.ts';

/** Shows a plan that was not carried out. */
export function showPlan(outcome: Outcome, { json, diff }: RunFlags): Ending {
  const paint = paintFor(process.stdout);
  const differences = diff === undefined ? undefined : reportDiff(outcome.plan, diff);
  if (!json) tell(diff === undefined ? reportText(outcome, paint) : reportDiff(outcome.plan, diff, paint));
  const facts = { ...reportFacts(outcome), ...(differences === undefined ? {} : { diff: differences }) };
  return outcome.problem ? endedBy(outcome.problem, facts) : { exitCode: outcome.exitCode, facts };
}

/** What a run was about, once it is written. */
export interface Written {
  readonly project: Project;
  readonly directory: string;
  readonly settings: Settings;
  /** As they are remembered, and as they were collected for this run. */
  readonly answers: Answers;
  /** What was remembered before; nothing on a first run. */
  readonly saved: Answers;
  readonly collected: Answers;
  readonly facts: ProjectFacts;
  readonly patches: readonly Patch[];
}

/** Says what was written, installs where that was asked for, and says what comes next. */
export async function finish(outcome: Outcome, written: Written, { json }: RunFlags): Promise<Ending> {
  const { project, collected, facts } = written;
  const { root } = project;
  (await doubtsAboutEnv(root, outcome.plan)).forEach(warn);
  const paint = paintFor(process.stdout);
  if (!json) tell(reportText(outcome, paint));
  const manager = managerFor(collected, facts);
  const failure = collected.install === true ? await installPackages(root, manager) : undefined;
  const next = nextOf(written, outcome, collected.install === true && !failure);
  if (!json) tell(nextStepsText(next, Object.keys(written.saved).length === 0, paint));
  const ended = { ...reportFacts(outcome), ...next };
  const problem = failure ?? outcome.problem;
  return problem ? endedBy(problem, ended) : { exitCode: 0, facts: ended };
}

function nextOf(
  { project, settings, directory, answers, saved, collected, facts, patches }: Written,
  { plan }: Outcome,
  isInstalled: boolean,
): NextSteps {
  return nextSteps(settings, {
    directory,
    manager: managerFor(collected, facts),
    isInstalled,
    repeat: commandOf(directory, answers, facts),
    project,
    env: patches.find(({ id }) => id === 'env')?.text ?? '',
    entries: plan.entries,
    saved,
    answers,
  });
}
