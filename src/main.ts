import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import program from '../package.json' with { type: 'json' };
import { askForChange, askToAgree, collectAnswers } from './collect.ts';
import { doubtsAboutAdoption } from './core/answers/adoption.ts';
import { problemsInAll } from './core/answers/check.ts';
import { endedSessions, lifetimesKept } from './core/answers/ended-sessions.ts';
import { valuesForEnv } from './core/answers/env-values.ts';
import { missingAnswers } from './core/answers/open-questions.ts';
import type { Answers } from './core/answers/options.ts';
import { inFull, parseSettings } from './core/answers/parse-settings.ts';
import type { ProjectFacts } from './core/answers/project-facts.ts';
import type { RunFlags } from './core/answers/run-flags.ts';
import { doubtsAboutSettings } from './core/answers/setting-doubts.ts';
import type { Settings } from './core/answers/settings.ts';
import { doubtsAboutApps, patchApp } from './core/patch/mount.ts';
import { listPatches } from './core/patch/patches.ts';
import { futurePath } from './core/plan/file-places.ts';
import type { Patch } from './core/plan/plan.ts';
import { withEditedSource } from './core/project/edited-source.ts';
import { type Project, textOnDisk, type WorkingTree } from './core/project/working-tree.ts';
import { renderFiles } from './core/render/render.ts';
import type { RenderedFile } from './core/render/rendered-file.ts';
import { unifiedDiff } from './core/report/diff.ts';
import { projectNotes } from './core/report/project-notes.ts';
import { chooseDirectory } from './directory.ts';
import type { Ending } from './ending.ts';
import { finish, showPlan } from './finish.ts';
import type { Flags } from './flags.ts';
import { doubtsAboutBuild } from './io/read/build-doubts.ts';
import { folderKindAt } from './io/read/folder-kind.ts';
import { detectPackageManager } from './io/read/package-manager.ts';
import { readProject } from './io/read/project.ts';
import { isInUse } from './io/read/root.ts';
import { readWorkingTree } from './io/read/working-tree.ts';
import { onlyReadingSync } from './io/system-errors.ts';
import { templates } from './io/templates.ts';
import { confirm } from './io/terminal/ask.ts';
import { asksForAnswers, canAsk } from './io/terminal/environment.ts';
import { paintFor, say, warn } from './io/terminal/output.ts';
import { openProject } from './io/write/open.ts';
import { isPreview, type Outcome, regenerate } from './regenerate.ts';
import { undo } from './undo.ts';

/** The input of a run. */
interface RunInput {
  readonly directory: string;
  readonly run: RunFlags;
  readonly project: Project;
  readonly facts: ProjectFacts;
  readonly saved: Answers;
}

/** Carries out the command. Errors that the user can fix are thrown as UserError. */
export async function main(flags: Flags): Promise<Ending> {
  if (flags.command === 'undo') return undo(flags);
  const { run } = flags;
  const directory = await chooseDirectory(flags);
  const project = await (isPreview(run) ? readProject : openProject)(directory, program.version);
  project.warnings.forEach(warn);
  const facts = factsOf(project);
  const saved = project.manifest?.answers ?? {};
  const collected = await collectAnswers({ ...flags, directory }, saved, facts);
  return generate({ directory, run, project, facts, saved }, collected);
}

/** From answers to files. At a terminal, a run that changes nothing offers to change an answer. */
async function generate(start: RunInput, collected: Answers): Promise<Ending> {
  const { directory, run, project, facts, saved } = start;
  const isAsking = asksForAnswers(run);
  const { settings: asked, secrets, answers } = parseSettings(collected, facts);
  const rendered = renderFiles(asked, templates);
  const inBuild = onlyReadingSync(project.root, () => doubtsAboutBuild(project, rendered, asked.dir));
  const tree = await readWorkingTree(project, rendered);
  const settings = { ...asked, ...movedIn(rendered, project, tree) };
  const doubts = [
    ...(facts.isFirstRun ? [] : endedSessions(settings, answers, saved, project.scripts)),
    ...(facts.isFirstRun ? [] : lifetimesKept(asked, saved)),
    ...doubtsAboutSettings(asked, saved),
    ...doubtsAboutAdoption(asked, saved, facts),
    ...inBuild,
  ];
  doubts.forEach(warn);
  const mount = collected.mount === true ? await agreedMount(settings, project, tree, run) : [];
  doubtsAboutApps(settings, project).forEach(warn);
  const values = valuesForEnv(settings, secrets, saved);
  const before = settingsBefore(saved, facts);
  const patches = [...listPatches(settings, values, tree, newKey, before), ...mount];

  const remembered = { generator: program.version, project: project.kind, answers: inFull(answers) };
  const mounted = mount.reduce((seen, { path, text }) => withEditedSource(seen, path, text), project);
  const notes = projectNotes(settings, mounted, textOnDisk(tree, '.env') ?? '');
  const outcome = await regenerate({
    ...{ project, rendered, patches, tree, remembered, run, notes },
    canAsk: canAsk(run),
    ...(isAsking && isNewsTo(project) ? { agree: askIn(directory) } : {}),
  });
  if (isPreview(run) || (outcome.problem && !outcome.written)) return showPlan(outcome, run);
  const isIdle = !outcome.changesRecord && !outcome.problem && project.manifest !== undefined;
  const changed = isAsking && isIdle && !run.json ? await askForChange(answers, facts) : undefined;
  if (changed) return generate(start, changed);
  const written = { project: mounted, directory, settings, answers, saved, collected, facts, patches };
  return finish(outcome, written, { ...run, canAsk: isAsking });
}

/** The user's own app imports the sessions from where they are, and package.json runs the script there. */
function movedIn(
  rendered: readonly RenderedFile[],
  { manifest }: Project,
  tree: WorkingTree,
): Partial<Pick<Settings, 'dir' | 'migration'>> {
  const [index, migration] = ['session', 'migrate'].map((id) =>
    futurePath(id, rendered, manifest?.files ?? [], tree),
  );
  return {
    ...(index === undefined ? {} : { dir: dirname(index) }),
    ...(migration === undefined ? {} : { migration }),
  };
}

/** The edit of the user's own app is shown, and needs a yes at a terminal. */
async function agreedMount(
  settings: Settings,
  project: Project,
  tree: WorkingTree,
  run: RunFlags,
): Promise<Patch[]> {
  const patch = patchApp(settings, project, (path) => textOnDisk(tree, path));
  if (patch === undefined) return [];
  if (isPreview(run) || !asksForAnswers(run)) return [patch];
  say(
    unifiedDiff(
      { path: patch.path, before: textOnDisk(tree, patch.path), after: patch.text },
      paintFor('stderr'),
    ),
  );
  return (await confirm(`Edit ${patch.path} like this?`, true)) ? [patch] : [];
}

/** Checked before the run, which makes it a project. */
function askIn(directory: string): (outcome: Outcome) => Promise<void> {
  const isProject = folderKindAt(directory).kind !== 'other';
  return (outcome) => askToAgree(outcome, isProject);
}

/** Whether the user cannot know what a run will do: the folder is not empty, or another version wrote the project. */
const isNewsTo = ({ root, manifest }: Project): boolean =>
  manifest === undefined ? isInUse(root) : manifest.generator !== program.version;

const factsOf = ({ root, manifest, ...project }: Project): ProjectFacts => ({
  ...project,
  packageManager: detectPackageManager(
    root,
    manifest?.answers.packageManager,
    process.env.npm_config_user_agent,
  ),
  isFirstRun: manifest === undefined,
});

/** Undefined where there are none, or none by the rules of this version. */
function settingsBefore(saved: Answers, facts: ProjectFacts): Settings | undefined {
  if (facts.isFirstRun || missingAnswers(saved).length > 0) return undefined;
  return problemsInAll(saved, facts).length > 0 ? undefined : parseSettings(saved, facts).settings;
}

const newKey = (): string => randomBytes(32).toString('base64url');
