import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import manifest from '../package.json' with { type: 'json' };
import {
  type Answers,
  answersError,
  combineAnswers,
  commandOf,
  missingAnswers,
  parseAnswersJson,
  withSuggestions,
} from './core/answers.ts';
import { UserError } from './core/errors.ts';
import { nextSteps, nextStepsText } from './core/next-steps.ts';
import { MANAGER_NAMES, OPTIONS, type PackageManager, type ProjectFacts } from './core/options.ts';
import { listPatches } from './core/patches.ts';
import type { Project } from './core/project.ts';
import { renderFiles } from './core/render.ts';
import { hasDrift, reportDiff, reportJson, reportText } from './core/report.ts';
import { doubtsAbout, parseSettings, problemsIn, valuesForEnv } from './core/settings.ts';
import { undoJson, undoText } from './core/undo-report.ts';
import type { Flags, RunFlags } from './flags.ts';
import { askAdvanced, askMissing, confirm } from './io/ask.ts';
import { canAsk } from './io/environment.ts';
import { errorCode } from './io/files.ts';
import { doubtsAboutEnv } from './io/git.ts';
import { detectPackageManager, installPackages } from './io/packages.ts';
import { openProject, readProject, readWorkingTree } from './io/project.ts';
import { unbroken } from './io/signals.ts';
import { templates } from './io/templates.ts';
import { commitChanges } from './io/transaction.ts';
import { doubtsAboutBuild } from './io/tsconfig.ts';
import { changesToUndo, leftInEnv } from './io/undo.ts';
import { isPreview, type Outcome, regenerate } from './regenerate.ts';

/** Carries out the command and returns the exit code. Whatever is the user's to mend is thrown as a UserError. */
export async function main(flags: Flags): Promise<number> {
  if (flags.command === 'undo') return undo(flags);
  const { run } = flags;
  const project = await (isPreview(run) ? readProject : openProject)(flags.directory, manifest.version);
  project.warnings.forEach(warn);
  const facts = factsOf(project);
  const saved = project.manifest?.answers ?? {};
  const collected = await collectAnswers(flags, saved, facts);
  const { settings, secrets, answers } = parseSettings(collected, facts);
  doubtsAbout(settings, saved).forEach(warn);

  const rendered = renderFiles(settings, templates);
  (await doubtsAboutBuild(project, rendered, settings.dir)).forEach(warn);
  const tree = await readWorkingTree(project, rendered);
  const patches = listPatches(settings, valuesForEnv(settings, secrets, saved), tree, newKey);
  const remembered = { generator: manifest.version, project: project.kind, answers };
  const outcome = await regenerate({
    project,
    rendered,
    patches,
    tree,
    remembered,
    run,
    canAsk: run.input && canAsk(process.env),
  });
  if (!outcome.written) {
    tell(reportOf(outcome, run));
    if (outcome.problem) throw outcome.problem;
    return outcome.exitCode;
  }
  (await doubtsAboutEnv(project.root, outcome.plan)).forEach(warn);

  const manager = managerFor(collected, facts);
  const failure = collected.install === true ? await installPackages(project.root, manager) : undefined;
  const isInstalled = collected.install === true && !failure;
  const repeat = commandOf(flags.directory, answers, facts);
  const env = patches.find(({ id }) => id === 'env')?.text ?? '';
  const next = nextSteps(settings, { directory: flags.directory, manager, isInstalled, repeat, env });
  const isNews = hasDrift(outcome.plan);
  const report = run.json
    ? reportJson(outcome, next)
    : reportText(outcome) + (isNews ? nextStepsText(next) : '');
  tell(report);
  if (failure) throw failure;
  return 0;
}

async function undo({ directory, run }: Flags): Promise<number> {
  const { root } = isPreview(run)
    ? await readProject(directory, manifest.version)
    : await openProject(directory, manifest.version);
  const changes = await changesToUndo(root);
  const left = await leftInEnv(root);
  const written = !isPreview(run);
  if (written) await unbroken(() => commitChanges(root, changes));
  tell((run.json ? undoJson : undoText)(changes, left, written));
  return 0;
}

function reportOf(outcome: Outcome, { json, diff }: RunFlags): string {
  const differences = diff === undefined ? undefined : reportDiff(outcome.plan, diff);
  if (json) return reportJson(outcome, { diff: differences });
  return differences ?? reportText(outcome);
}

const factsOf = ({ root, kind, name, importExtension }: Project): ProjectFacts => ({
  kind,
  name,
  importExtension,
  packageManager: detectPackageManager(root, process.env.npm_config_user_agent),
});

/** From flags, file, memory and questions, in this order: complete and without problems. */
async function collectAnswers(
  { directory, given, run }: Flags,
  saved: Answers,
  facts: ProjectFacts,
): Promise<Answers> {
  const { answers, warnings } = combineAnswers({ ...(await readConfig(run.config)), ...given }, saved);
  warnings.forEach(warn);
  const known = run.yes ? withSuggestions(answers, facts) : answers;
  const problems = problemsIn(known);
  const isAsking = run.input && !run.yes && canAsk(process.env);
  const missing = isAsking ? [] : missingAnswers(known);
  if (problems.length + missing.length > 0) {
    throw answersError(problems, missing, { directory, answers, facts });
  }
  if (!isAsking) return known;

  const isFirstRun = Object.keys(saved).length === 0;
  const all = await askFor(known, isFirstRun, facts);
  const late = problemsIn(all);
  if (late.length > 0) throw answersError(late, [], { directory, answers: all, facts });
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

const managerFor = (answers: Answers, facts: ProjectFacts): PackageManager =>
  MANAGER_NAMES.find((name) => name === answers.packageManager) ?? facts.packageManager;

async function readConfig(path: string | undefined): Promise<Answers> {
  if (path === undefined) return {};
  if (path === '-') return parseAnswersJson(await text(process.stdin));
  try {
    return parseAnswersJson(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`--config: cannot be read (${errorCode(error)})`);
  }
}

const newKey = (): string => randomBytes(32).toString('base64url');

const tell = (result: string): void => void process.stdout.write(result);

const warn = (warning: string): void => void process.stderr.write(`warning: ${warning}\n`);
