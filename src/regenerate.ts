import type { ConflictPolicy } from './core/answers/options.ts';
import { UserError } from './core/errors.ts';
import { type Patch, type Plan, planChanges } from './core/plan/plan.ts';
import { type SettledPlan, settle } from './core/plan/settle.ts';
import type { Project, WorkingTree } from './core/project/working-tree.ts';
import type { RenderedFile } from './core/render/rendered-file.ts';
import { hasDrift } from './core/report/report.ts';
import { listChanges, type Remembered } from './core/write/changes.ts';
import { decideConflicts } from './io/terminal/resolve.ts';
import { unbroken } from './io/terminal/signals.ts';
import { commitChanges } from './io/write/transaction.ts';

/** What a run is made of, once everything is read and rendered. */
export interface Regeneration {
  readonly project: Project;
  readonly rendered: readonly RenderedFile[];
  readonly patches: readonly Patch[];
  readonly tree: WorkingTree;
  readonly remembered: Remembered;
  readonly run: RunMode;
  /** What should be said beside the plan. */
  readonly notes: readonly string[];
  /** Whether a person is there to decide about conflicts. */
  readonly canAsk: boolean;
}

export interface RunMode {
  readonly dryRun: boolean;
  readonly check: boolean;
  /** Of one path, or of all. */
  readonly diff: string | true | undefined;
  readonly onConflict: ConflictPolicy | undefined;
  readonly restore: readonly string[];
}

export interface Outcome {
  readonly plan: Plan | SettledPlan;
  readonly written: boolean;
  /** 3 where `check` found that a run would change something. */
  readonly exitCode: 0 | 3;
  /** Why nothing was written: to be thrown once the plan was shown. */
  readonly problem: UserError | undefined;
}

/** Whether the run only looks: it writes nothing, repairs nothing and asks nothing. */
export function isPreview({ dryRun, check, diff }: Pick<RunMode, 'dryRun' | 'check' | 'diff'>): boolean {
  return dryRun || check || diff !== undefined;
}

/** From rendered files to written ones; the plan is settled completely before the first write. */
export async function regenerate(regeneration: Regeneration): Promise<Outcome> {
  const { project, rendered, patches, tree, remembered, run } = regeneration;
  const planned = planChanges(rendered, patches, project, tree, run.restore);
  const plan = { ...planned, notes: [...regeneration.notes, ...planned.notes] };
  if (run.check && hasDrift(plan)) return { plan, written: false, exitCode: 3, problem: undefined };
  const preview = isPreview(run);
  const verdicts = await decideConflicts(plan, policyOf(run), regeneration.canAsk && !preview);
  const settled = unlessProblem(() => settle(plan, verdicts));
  if (settled instanceof UserError) return { plan, written: false, exitCode: 0, problem: settled };
  if (preview) return { plan: settled, written: false, exitCode: 0, problem: undefined };
  const changes = listChanges(settled, rendered, project.manifest, remembered, tree);
  await unbroken(() => commitChanges(project.root, changes));
  return { plan: settled, written: true, exitCode: 0, problem: undefined };
}

/** Whoever only looks is not asked. */
function policyOf(run: RunMode): ConflictPolicy | undefined {
  return isPreview(run) && run.onConflict === 'ask' ? undefined : run.onConflict;
}

function unlessProblem<T>(work: () => T): T | UserError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
