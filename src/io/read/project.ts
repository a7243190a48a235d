import { basename, join } from 'node:path';
import { KEPT_FILES, type KeptFile } from '../../core/answers/kept-files.ts';
import type { Language, Packages } from '../../core/answers/project-facts.ts';
import { hasBabel } from '../../core/project/babel.ts';
import { endingIn } from '../../core/project/imports.ts';
import type { Manifest } from '../../core/project/manifest.ts';
import { packagesOf, textsIn } from '../../core/project/packages.ts';
import type { Project } from '../../core/project/working-tree.ts';
import { lstatIfThere, statIfThere, within } from '../files.ts';
import { type Locate, locator, pathIn } from '../locate.ts';
import { onlyReadingSync } from '../system-errors.ts';
import { readBuild } from './build.ts';
import { NO_SOURCES, readKoaSources, searchWarnings } from './koa-sources.ts';
import { commandsIn, engineWarnings, moduleKindIn, packageNameIn, readPackageJson } from './package-json.ts';
import { toolsIn, withVersions } from './packages.ts';
import { projectRoot } from './root.ts';
import { readManifest, refuseHalfWay, savedBase } from './saved-state.ts';
import { workspaceAround } from './workspace.ts';

/**
 * Reads what is known about the project. Nothing in it is trusted.
 *
 * @param generator version of the running program
 * @throws UserError for a directory or a manifest that cannot be used
 */
export function readProject(dir: string, generator: string): Project {
  const root = projectRoot(dir);
  return onlyReadingSync(root, () => readIn(root, generator));
}

function readIn(root: string, generator: string): Project {
  refuseHalfWay(root);
  const locate = locator(root);
  const manifest = readManifest(root, generator, locate);
  const packageJson = readPackageJson(root, locate);
  const fields = packageJson ?? {};
  const packages = packagesOf(fields);
  const kind = manifest?.project ?? (packageJson === undefined ? 'new' : 'existing');
  const dir = manifest?.answers.dir;
  const workspace = workspaceAround(root) ?? root;
  const inherited = workspace === root ? {} : toolsIn(workspace);
  const scripts = textsIn(fields.scripts);
  const last = lastRun(root, manifest, locate);
  const hasApp = manifest?.answers.app !== false;
  const modules = moduleKindIn(kind, fields);
  const commands = commandsIn(scripts, fields.main);
  const { unsearched, ...sources } =
    kind === 'existing' || !hasApp ? readKoaSources(root, { commands, modules, hasApp }) : NO_SOURCES;
  const app = sources.koaSources.find((source) => source.app !== undefined)?.path;
  const isTypeScript = /\.[cm]?tsx?$/.test(app ?? '');
  const { isCheckedOnly, ...build } = readBuild(
    root,
    {
      dir: typeof dir === 'string' ? dir : undefined,
      app,
      top: isTypeScript ? workspace : root,
      scripts: Object.values(scripts),
      isBabel: hasBabel(packages),
      modules,
    },
    last.ending,
  );
  return {
    root,
    kind,
    // Not from the folder where package.json has none: a clone of the project may have another one.
    name: packageNameIn(fields) ?? (packageJson ? 'app' : nameOf(root)),
    kept: keptIn(root, manifest),
    packages: withVersions({ ...inherited, ...packages }, workspace),
    inherited: Object.keys(inherited),
    sharesDriver:
      kind === 'existing' &&
      (workspace !== root || WITH_DRIVER.some((name) => Object.hasOwn(packages, name))),
    scripts,
    language: isCheckedOnly
      ? 'javascript-in-editor'
      : languageOf(root, kind === 'new' || isTypeScript, app, packages),
    modules,
    jest: jestIn(root, workspace),
    ...last.facts,
    ...sources,
    manifest,
    ...build,
    warnings: [
      ...engineWarnings(fields),
      ...build.warnings,
      ...(manifest ? [] : searchWarnings(sources, unsearched)),
    ],
  };
}

const WITH_DRIVER = ['mongoose', 'typeorm'];

/** A package manager may install it for all packages of the workspace together. */
function jestIn(root: string, workspace: string): string {
  const top = [root, workspace].find((folder) => statIfThere(join(folder, JEST))) ?? root;
  return pathIn(root, join(top, JEST));
}

const JEST = 'node_modules/jest/bin/jest.js';

/** What the previous run has written: how its imports end, and what later runs depend on. */
function lastRun(root: string, manifest: Manifest | undefined, locate: Locate) {
  const session = savedBase('session', root, manifest, locate);
  const collection = manifest?.answers.collection;
  return {
    ending: endingIn(session),
    facts: {
      samples: samplesIn(session),
      collectionBefore: typeof collection === 'string' ? collection : undefined,
      // The base of a file that the user has deleted stays as it was then.
      couldCopy: ['migrate', 'guide'].some((id) =>
        savedBase(id, root, manifest, locate).includes('--from <'),
      ),
    },
  };
}

function samplesIn(session: string): string[] {
  const data = /interface SessionData \{([^}]*)/.exec(session)?.[1] ?? '';
  return [...data.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name = '']) => name);
}

/** The files that exist and that no earlier run has written. */
function keptIn(root: string, manifest: Manifest | undefined): KeptFile[] {
  const written = new Set(manifest?.files.map(({ id }) => id));
  return Object.entries(KEPT_FILES)
    .filter(([id, names]) => !written.has(id) && names.some((name) => lstatIfThere(within(root, name))))
    .map(([id]) => id as KeptFile);
}

/**
 * A project without tsconfig.json is a JavaScript project if its app is in JavaScript, or if it has no TypeScript: a
 * linter may need that.
 */
function languageOf(
  root: string,
  isTypeScript: boolean,
  app: string | undefined,
  packages: Packages,
): Language {
  const hasTypeScript = () =>
    statIfThere(join(root, 'tsconfig.json')) !== undefined ||
    (app === undefined && Object.hasOwn(packages, 'typescript'));
  if (isTypeScript || hasTypeScript()) return 'typescript';
  return statIfThere(join(root, 'jsconfig.json')) ? 'javascript-in-editor' : 'javascript';
}

/** A name that npm accepts, from that of the directory. */
function nameOf(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name || 'app';
}
