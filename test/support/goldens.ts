import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, Settings } from '../../src/core/answers/settings.ts';
import { listPatches } from '../../src/core/patch/patches.ts';
import type { OnDisk } from '../../src/core/project/working-tree.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { diffTrees } from './diff-trees.ts';
import { mapPaths, readTree, type Tree, writeTree } from './tree.ts';

/** A case of test/golden: a run of the program on a project, and its result. */
export interface Golden {
  readonly name: string;
  /** The golden whose settings this one changes. Without it, the whole project is kept. */
  readonly like: Golden | undefined;
  readonly settings: Settings;
  /** The files of the project before the run; none in a new project. */
  readonly before: Tree;
  /** The whole project after the run, rendered from the current templates. */
  readonly project: Tree;
}

const FOLDER = join(import.meta.dirname, '..', 'golden');
const WHOLE = 'expected';
const DIFFERENCE = 'expected.diff';

/** A golden's `.gitignore` is stored under another name, since git would apply it to this repository. */
const nameOnDisk = (path: string) => (path === '.gitignore' ? 'gitignore' : path);
const nameInProject = (path: string) => (path === 'gitignore' ? '.gitignore' : path);

/** One for each folder in test/golden. */
export const goldens: readonly Golden[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readGolden(name));

export function goldenNamed(name: string): Golden {
  const golden = goldens.find((each) => each.name === name);
  if (!golden) throw new Error(`There is no golden ${name}.`);
  return golden;
}

/** Whole projects by the names of their goldens. */
export function projectsOf(selected: readonly Golden[]): Readonly<Record<string, Tree>> {
  return Object.fromEntries(selected.map(({ name, project }) => [name, project]));
}

function readGolden(name: string): Golden {
  const folder = join(FOLDER, name);
  const { like: likeName, ...own } = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));
  const like = likeName === undefined ? undefined : readGolden(likeName);
  const project = { ...like?.settings.project, ...own.project };
  const settings = settingsFrom({ ...like?.settings, ...own, project });
  const before = mapPaths(readTree(join(folder, 'before')), nameInProject);
  return { name, like, settings, before, project: projectFrom(settings, before) };
}

/** Settings as JSON: what is left out is `undefined`. */
function settingsFrom(json: Settings): Settings {
  const noLogin = { login: undefined };
  const none = {
    absoluteTtl: undefined,
    touchAfter: undefined,
    userKey: undefined,
    legacyCookie: false,
    adopt: undefined,
  };
  const connection: Connection =
    json.connection.style === 'host' ? { ...noLogin, ...json.connection } : json.connection;
  const fresh: Omit<Settings['project'], 'kind' | 'name'> = {
    ...{ kept: [], manager: 'npm', language: 'typescript', modules: 'esm', samples: [], inherited: [] },
    sharesDriver: false,
    copiesSessions: false,
  };
  const project = { ...fresh, ...json.project };
  return { ...none, ...json, connection, project };
}

/** The expected files of a golden's folder: the whole project, or its difference from the golden that it is like. */
export function expectedFiles(golden: Golden): Tree {
  if (golden.like) return { [DIFFERENCE]: diffTrees(baseOf(golden, golden.like), golden) };
  return mapPaths(golden.project, (path) => `${WHOLE}/${nameOnDisk(path)}`);
}

/** The current files of a golden's folder, without its input. */
export function keptFiles({ name }: Golden): Tree {
  const files = Object.entries(readTree(join(FOLDER, name)));
  return Object.fromEntries(files.filter(([path]) => !/^(settings\.json$|before\/)/.test(path)));
}

/** Updates the files of a golden's folder. */
export function updateGolden(golden: Golden): void {
  const folder = join(FOLDER, golden.name);
  for (const path of [WHOLE, DIFFERENCE]) rmSync(join(folder, path), { recursive: true, force: true });
  writeTree(folder, expectedFiles(golden));
}

/**
 * The project that a golden is compared with: the golden that it is like, with this one's session folder and `before/`.
 */
function baseOf({ settings, before }: Golden, { name, ...like }: Golden): Pick<Golden, 'name' | 'project'> {
  const from = `${like.settings.dir}/`;
  const move = (path: string) =>
    path.startsWith(from) ? `${settings.dir}/${path.slice(from.length)}` : path;
  return { name, project: { ...mapPaths(like.project, move), ...before } };
}

/** The project after a first run, with keys that are not secret. */
function projectFrom(settings: Settings, before: Tree): Tree {
  const files = new Map(
    Object.entries(before).map(([path, text]): [string, OnDisk] => [
      path,
      { kind: 'file', text, isReadOnly: false },
    ]),
  );
  const key = Buffer.alloc(32, 'not a secret').toString('base64url');
  const written = [...renderFiles(settings, templates), ...listPatches(settings, {}, { files }, () => key)];
  return { ...before, ...Object.fromEntries(written.map(({ path, text }) => [path, text])) };
}

/** The project with the address of a test's database, which the host style has in its code. */
export function projectAt({ settings, before, project }: Golden, url: string): Tree {
  const { connection } = settings;
  if (connection.style !== 'host') return project;
  const { hostname, port, pathname } = new URL(url);
  const moved = { ...connection, host: hostname, port: Number(port), database: pathname.slice(1) };
  return projectFrom({ ...settings, connection: moved }, before);
}
