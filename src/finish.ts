import type { Answers } from './core/answers/options.ts';
import type { ProjectFacts } from './core/answers/project-facts.ts';
import { commandOf } from './core/answers/repeat-command.ts';
import type { RunFlags } from './core/answers/run-flags.ts';
import type { Settings } from './core/answers/settings.ts';
import type { UserError } from './core/errors.ts';
import type { Patch } from './core/plan/plan.ts';
import type { Project } from './core/project/working-tree.ts';
import { composePort } from './core/render/compose.ts';
import { type NextSteps, nextSteps } from './core/report/next-steps.ts';
import { nextStepsText } from './core/report/next-steps-text.ts';
import { plain } from './core/report/paint.ts';
import { reportDiff, reportFacts, reportText } from './core/report/report.ts';
import { type Ending, endedBy } from './ending.ts';
import { installByHand, installPackages } from './io/install.ts';
import { doubtsAboutEnv } from './io/read/env-doubts.ts';
import { confirm } from './io/terminal/ask.ts';
import { paintFor, tell, warn } from './io/terminal/output.ts';
import { hasLivingLine, withProgress } from './io/terminal/progress.ts';
import { nowStands } from './io/terminal/signals.ts';
import { columnsOf } from './io/terminal/standard.ts';
import type { Outcome } from './regenerate.ts';
import { startApp } from './start.ts';

/** Shows a plan that was not carried out. */
export function showPlan(outcome: Outcome, { json, diff }: RunFlags): Ending {
  const paint = json ? plain : paintFor('stdout');
  const differences = diff === undefined ? undefined : reportDiff(outcome.plan, diff, paint);
  const nothing = paint('strong', 'Nothing was written.');
  if (!json) tell(differences ?? `${reportText(outcome, paint, columnsOf('stdout'))}${nothing}\n`);
  const facts = { ...reportFacts(outcome), ...(differences === undefined ? {} : { diff: differences }) };
  return outcome.problem ? endedBy(outcome.problem, facts) : { exitCode: outcome.exitCode, facts };
}

/** A run after its files are written. */
export interface Written {
  readonly project: Project;
  readonly directory: string;
  readonly settings: Settings;
  /** As they are saved, and as they were collected for this run. */
  readonly answers: Answers;
  /** The saved state before the run; empty on a first run. */
  readonly saved: Answers;
  readonly collected: Answers;
  readonly facts: ProjectFacts;
  readonly patches: readonly Patch[];
}

/** How the result is shown. */
interface Manner {
  readonly json: boolean;
  /** Whether the program can ask questions. */
  readonly canAsk: boolean;
}

/** Reports what was written, installs if requested, and shows the next steps. */
export async function finish(outcome: Outcome, written: Written, { json, canAsk }: Manner): Promise<Ending> {
  const { project, collected } = written;
  const { root } = project;
  (await doubtsAboutEnv(root, outcome.plan)).forEach(warn);
  const paint = paintFor('stdout');
  if (!json) tell(reportText(outcome, paint, columnsOf('stdout')));
  const failure = collected.install === true ? await install(written) : undefined;
  const isInstalled = collected.install === true && !failure;
  const next = nextOf(written, outcome, isInstalled);
  if (!json) tell(nextStepsText(next, Object.keys(written.saved).length === 0, paint, columnsOf('stdout')));
  const ended = { ...reportFacts(outcome), ...next };
  const problem = failure ?? outcome.problem;
  if (problem) return endedBy(problem, ended);
  const isReady = isInstalled && next.toFillIn.length === 0 && next.steps.some(({ starts }) => starts);
  if (isReady && canAsk && !json && (await confirm('Start it now?', true))) {
    await startApp(root, next.steps, composePort(written.settings.connection));
  }
  return { exitCode: 0, facts: ended };
}

/** If the program is stopped meanwhile, it says how to finish. */
async function install({ project, settings }: Written): Promise<UserError | undefined> {
  const { root } = project;
  const { manager } = settings.project;
  nowStands({ written: true, text: `All files are written. ${installByHand(root, manager)}` });
  const failure = await withProgress(
    `Installing with ${manager}`,
    () => installPackages(root, manager, !hasLivingLine()),
    (failed) => (failed ? undefined : `Installed with ${manager}`),
  );
  nowStands({ written: true, text: 'All files are written, and the packages are installed.' });
  return failure;
}

function nextOf(
  { project, settings, directory, answers, saved, facts, patches }: Written,
  { plan }: Outcome,
  isInstalled: boolean,
): NextSteps {
  const env = patches.find(({ id }) => id === 'env');
  return nextSteps(settings, {
    directory,
    isInstalled,
    repeat: commandOf(directory, answers, facts),
    project,
    env: env?.text ?? '',
    keptInEnv: env?.kept ?? [],
    entries: plan.entries,
    saved,
    answers,
  });
}
