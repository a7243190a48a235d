import { KEPT_FILES } from '../answers/options.ts';
import type { Settings } from '../answers/settings.ts';
import type { Project } from '../project/working-tree.ts';
import { packageNotes } from './package-notes.ts';

/** What the user of a project should know about what was found in it. */
export function projectNotes(settings: Settings, { manifest, packages }: Project): readonly string[] {
  const isFirstRun = manifest === undefined;
  return [...(isFirstRun ? keptNotes(settings) : []), ...packageNotes(packages, settings)];
}

function keptNotes({ project, dir }: Settings): string[] {
  if (project.kind !== 'new') return [];
  const kept = project.kept
    .filter((id) => id !== 'env-example' && id !== 'yarnrc')
    .map((id) => KEPT_FILES[id][0]);
  if (kept.length === 0) return [];
  const subject = kept.length === 1 ? `${kept[0]} stays as it is` : `${inWords(kept)} stay as they are`;
  return [`${subject}. The guide to the sessions is ${dir}/README.md.`];
}

const inWords = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
