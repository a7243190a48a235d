import type { ConflictPolicy, RunFlags } from './core/answers/run-flags.ts';
import { UserError } from './core/errors.ts';
import { followMoves } from './core/plan/follow.ts';
import { type Patch, type Plan, planChanges } from './core/plan/plan.ts';
import { conflictsOf, leftInMarkers, type SettledPlan, settle } from './core/plan/settle.ts';
import type { Verdict } from './core/plan/verdicts.ts';
import type { Project, WorkingTree } from './core/project/working-tree.ts';
import type { RenderedFile } from './core/render/rendered-file.ts';
import type { Upgrade } from './core/report/report.ts';
import { listChanges, ofTheProject, type Remembered } from './core/write/changes.ts';
import { missingFormatter } from './io/read/format.ts';
import { warn } from './io/terminal/output.ts';
import { decideConflicts } from './io/terminal/resolve.ts';
import { unbroken, whatStands } from './io/terminal/signals.ts';
import { commitChanges } from './io/write/transaction.ts';

/** The input of a run after everything is read and rendered. */
export interface Regeneration {
  readonly project: Project;
  readonly rendered: readonly RenderedFile[];
  readonly patches: readonly Patch[];
  readonly tree: WorkingTree;
  readonly remembered: Remembered;
  readonly run: RunMode;
  /** Notes to show with the plan. */
  readonly notes: readonly string[];
  /** Whether the user can be asked about conflicts. */
  readonly canAsk: boolean;
  /** Asks for permission to write; throws for a no. Not called if there is nothing to write. */
  readonly agree?: (outcome: Outcome) => Promise<void>;
}

/** The flags that say what to do with the rendered files. */
export type RunMode = Pick<RunFlags, 'dryRun' | 'check' | 'diff' | 'onConflict' | 'restore'>;

export interface Outcome {
  readonly plan: Plan | SettledPlan;
  readonly written: boolean;
  /** Present if another version of the program wrote the project last, and this one has something to change. */
  readonly upgrade: Upgrade | undefined;
  /** Whether the saved state also changes. */
  readonly changesRecord: boolean;
  /** 3 if `check` found that a run would change something. */
  readonly exitCode: 0 | 3;
  /** The remaining conflicts, or why nothing was written; reported after the plan is shown. */
  readonly problem: UserError | undefined;
}

/** Whether the run is read-only: it writes, repairs and asks nothing. */
export function isPreview({ dryRun, check, diff }: Pick<RunMode, 'dryRun' | 'check' | 'diff'>): boolean {
  return dryRun || check || diff !== undefined;
}

/** From rendered files to written ones; all conflicts are resolved before the first write. */
export async function regenerate(regeneration: Regeneration): Promise<Outcome> {
  const { project, patches, tree, remembered, run } = regeneration;
  const rendered = followMoves(regeneration.rendered, project.manifest?.files ?? [], tree);
  const planWith = (verdicts?: ReadonlyMap<string, Verdict>): Plan => {
    const { entries, notes } = planChanges(rendered, patches, project, tree, run.restore, verdicts);
    return { entries, notes: [...regeneration.notes, ...notes] };
  };
  const open = planWith();
  warnOfUnformatted(open, project.root);
  const preview = isPreview(run);
  const verdicts = await decideConflicts(open, policyOf(run), regeneration.canAsk && !preview);
  const plan = verdicts.size === 0 ? open : planWith(verdicts);
  const settled = unlessProblem(() => settle(plan));
  if (settled instanceof UserError) {
    const found = { plan, written: false, upgrade: upgradeOf(regeneration), changesRecord: true } as const;
    return run.check
      ? { ...found, exitCode: 3, problem: undefined }
      : { ...found, exitCode: 0, problem: settled };
  }
  const changes = listChanges(settled, rendered, project.manifest, remembered, tree);
  const news = changes.filter(ofTheProject);
  const outcome = {
    plan: settled,
    written: false,
    upgrade: news.length === 0 ? undefined : upgradeOf(regeneration),
    changesRecord: news.length > 0,
    problem: run.check ? undefined : leftInMarkers(settled),
  } as const;
  if (preview) return { ...outcome, exitCode: run.check && news.length > 0 ? 3 : 0 };
  if (news.length > 0) await regeneration.agree?.({ ...outcome, exitCode: 0 });
  const after = changes.length === 0 ? whatStands() : ALL_WRITTEN;
  await unbroken(() => commitChanges(project.root, changes), after);
  return { ...outcome, written: changes.length > 0, exitCode: 0 };
}

/** Before the user decides: an update in a fresh clone would take each line that was formatted for an edit. */
function warnOfUnformatted(plan: Plan, root: string): void {
  if (!conflictsOf(plan).some(({ reason }) => reason === 'overlap')) return;
  const name = missingFormatter(root);
  if (name === undefined) return;
  warn(
    `${name} is in package.json, but not installed: lines that it formatted count as your edits. Install it, then run again`,
  );
}

const ALL_WRITTEN = { written: true, text: 'All files are written.' };

function upgradeOf({ project, remembered }: Regeneration): Upgrade | undefined {
  const from = project.manifest?.generator ?? remembered.generator;
  return from === remembered.generator ? undefined : { from, to: remembered.generator };
}

/** A read-only run does not ask. */
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
