import type { ConflictPolicy } from '../../core/answers/run-flags.ts';
import { UserError } from '../../core/errors.ts';
import type { Plan } from '../../core/plan/plan.ts';
import {
  anotherFolder,
  type ConflictEntry,
  conflictsOf,
  hasRefusals,
  ownSessionFolder,
  sameVerdict,
  whyOpen,
} from '../../core/plan/settle.ts';
import type { Verdict } from '../../core/plan/verdicts.ts';
import { unifiedDiff } from '../../core/report/diff.ts';
import { hunksText } from '../../core/report/report.ts';
import { choose } from './ask.ts';
import { inLines, paintFor, say } from './output.ts';

const RESOLUTIONS = {
  mine: 'my lines stay',
  theirs: 'the new lines replace mine; my file is backed up',
  markers: 'both, between conflict markers, for me to edit',
  diff: 'show the difference',
  abort: 'write nothing at all',
} as const;

const VERDICTS: readonly Verdict[] = ['mine', 'theirs', 'markers'];

/**
 * A verdict for each conflict of the plan. Conflicts without one stop the run when the plan is settled.
 *
 * @throws UserError (2) for `ask` if nobody can answer, (4) if the user aborts
 */
export async function decideConflicts(
  plan: Plan,
  policy: ConflictPolicy | undefined,
  canAsk: boolean,
): Promise<ReadonlyMap<string, Verdict>> {
  if (hasRefusals(plan)) return new Map();
  if (policy === 'ask' && !canAsk) throw new UserError('--on-conflict: ask needs a terminal to ask at');
  const verdict = VERDICTS.find((each) => each === policy);
  if (verdict) return sameVerdict(plan, verdict);
  return canAsk && policy !== 'fail' ? askVerdicts(plan) : new Map();
}

/** Asks about each conflict in turn. Needs a terminal. Taking the first choice never loses the user's text. */
async function askVerdicts(plan: Plan): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const ownFolder = ownSessionFolder(plan);
  if (ownFolder !== undefined) say(`\n${inLines(anotherFolder(ownFolder))}\n`);
  for (const entry of conflictsOf(plan)) {
    say(describe(entry));
    verdicts.set(entry.id, await askVerdict(entry));
  }
  return verdicts;
}

async function askVerdict(entry: ConflictEntry): Promise<Verdict> {
  const choice = await choose(`${entry.path}:`, RESOLUTIONS, 'mine');
  const verdict = VERDICTS.find((each) => each === choice);
  if (verdict) return verdict;
  if (choice === 'abort') throw new UserError('Nothing was written.', 4);
  say(unifiedDiff({ path: entry.path, before: entry.was, after: entry.theirs }, paintFor('stderr')));
  return askVerdict(entry);
}

function describe(entry: ConflictEntry): string {
  const paint = paintFor('stderr');
  // Without a base, every line may differ, so the difference is shown only on request.
  const shown = entry.reason === 'untracked' ? [] : hunksText(entry, paint);
  return ['', paint('strong', inLines(`${whyOpen(entry)}.`)), ...shown.map((line) => `  ${line}`), ''].join(
    '\n',
  );
}
