import type { Secrets, Settings } from '../answers/settings.ts';
import type { Patch } from '../plan/plan.ts';
import { ENV_FILE } from '../project/paths.ts';
import { type OnDisk, onDisk, textOnDisk, type WorkingTree } from '../project/working-tree.ts';
import { type EnvEntry, envEntries } from '../render/env-file.ts';
import { inNewProject } from '../render/generated-files.ts';
import { type PatchedEnv, patchEnv } from './env.ts';
import { patchGitignore } from './gitignore.ts';
import { patchPackageJson } from './package-json.ts';
import { type WantedPackage, wantedPackage } from './wanted-package.ts';

/** Names of files that can be generated again. */
const REGAINABLE = ['node_modules/', 'dist/'];
const OF_YARN = ['.pnp.*', '.yarn/'];

/** Only the secrets. The owner of an existing project decides which other files are committed. */
function ignored({ project }: Settings): readonly string[] {
  if (project.kind === 'existing') return [ENV_FILE];
  return [ENV_FILE, ...REGAINABLE, ...(project.manager === 'yarn' ? OF_YARN : [])];
}

const ENV_EXAMPLE = '.env.example';

/** The script of a file that the user has deleted stays deleted, too. */
function withoutScriptsOfDeleted(
  wanted: WantedPackage,
  last: WantedPackage['scripts'],
  isDeleted: (path: string) => boolean,
): WantedPackage {
  const isNeeded = ([name, command]: [string, string]) => {
    const [file] = /\S+\.ts$/.exec(command) ?? [];
    return file === undefined || last[name] === undefined || !isDeleted(file);
  };
  return { ...wanted, scripts: Object.fromEntries(Object.entries(wanted.scripts).filter(isNeeded)) };
}

/**
 * The files that are patched, not generated.
 *
 * @param newKey returns a new random key
 * @param before of the run before; undefined on the first
 */
export function listPatches(
  settings: Settings,
  secrets: Secrets,
  tree: Pick<WorkingTree, 'files'>,
  newKey: () => string,
  before?: Settings,
): Patch[] {
  const raw = (path: string) => textOnDisk(tree, path);
  const example = raw(ENV_EXAMPLE);
  const isExampleDeleted = example === undefined && before !== undefined;
  const last = before && wantedPackage(before);
  const isDeleted = (path: string) => raw(path) === undefined;
  const needed = (wanted: WantedPackage) => withoutScriptsOfDeleted(wanted, last?.scripts ?? {}, isDeleted);
  return [
    {
      id: 'package',
      path: 'package.json',
      ...patchPackageJson(raw('package.json'), needed(wantedPackage(settings)), last && needed(last)),
    },
    {
      id: 'gitignore',
      path: '.gitignore',
      text: patchGitignore(raw('.gitignore'), ignored(settings)),
      notes: [],
    },
    {
      id: 'env',
      path: ENV_FILE,
      ...unlessElsewhere(
        onDisk(tree, ENV_FILE),
        patchEnv(raw(ENV_FILE), envEntries(settings), secrets, newKey),
      ),
    },
    ...(inNewProject('env-example')(settings) || isExampleDeleted
      ? []
      : [patchEnvExample(example, settings)]),
  ];
}

/** Nothing is written outside of the project, as for a package that has the file of its workspace. */
function unlessElsewhere(disk: OnDisk, patched: PatchedEnv): PatchedEnv {
  const isElsewhere = disk.kind === 'file' && /^\.\.\/|:/.test(disk.link ?? '');
  if (!isElsewhere || patched.text === disk.text) return patched;
  const note = `${ENV_FILE} leads out of the project, to ${disk.link}: nothing was added to it.`;
  return { ...patched, text: disk.text, notes: [...patched.notes, note] };
}

/** An existing project may already have this file, with its own names. */
function patchEnvExample(raw: string | undefined, settings: Settings): Patch {
  const examples = envEntries(settings).map((entry): EnvEntry => ({ ...entry, secret: 'given' }));
  const noKey = () => '';
  return {
    id: 'env-example',
    path: ENV_EXAMPLE,
    ...patchEnv(raw, examples, {}, noKey, ENV_EXAMPLE),
  };
}
