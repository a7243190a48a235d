import { besideSiblings } from '../../../src/core/plan/file-places.ts';
import { followMoves } from '../../../src/core/plan/follow.ts';
import { type Plan, planChanges } from '../../../src/core/plan/plan.ts';
import { sameVerdict, settle } from '../../../src/core/plan/settle.ts';
import type { Verdict } from '../../../src/core/plan/verdicts.ts';
import { idInHeader } from '../../../src/core/project/header.ts';
import { importsOf, moduleOf } from '../../../src/core/project/imports.ts';
import { parseManifest } from '../../../src/core/project/manifest.ts';
import { MANIFEST_PATH } from '../../../src/core/project/state-folder.ts';
import type { OnDisk, Project, WorkingTree } from '../../../src/core/project/working-tree.ts';
import type { RenderedFile } from '../../../src/core/render/rendered-file.ts';
import { listChanges } from '../../../src/core/write/changes.ts';
import { NO_SOURCES } from '../../../src/io/read/koa-sources.ts';
import { projectFacts } from '../project-facts.ts';
import type { Tree } from '../tree.ts';

const GENERATOR = '1.0.0';

export interface Regenerated {
  readonly plan: Plan;
  readonly tree: Tree;
  /** Paths that were written or removed. */
  readonly changed: readonly string[];
}

/** The pure part of a run, on a project in memory. */
export function regenerateInMemory(
  project: Tree,
  nominal: readonly RenderedFile[],
  verdict: Verdict,
): Regenerated {
  const text = project[MANIFEST_PATH];
  const manifest = text === undefined ? undefined : parseManifest(text, GENERATOR);
  const kind = manifest?.project ?? 'new';
  const opened: Project = {
    ...projectFacts({ kind, name: 'app' }),
    ...NO_SOURCES,
    root: '/',
    scripts: {},
    jest: 'node_modules/jest/bin/jest.js',
    manifest,
    warnings: [],
  };
  const tree = workingTree(project, opened, nominal);
  const rendered = followMoves(nominal, manifest?.files ?? [], tree);
  const plan = planChanges(rendered, [], opened, tree, []);
  const settled = settle(planChanges(rendered, [], opened, tree, [], sameVerdict(plan, verdict)));
  const remembered = { generator: GENERATOR, project: kind, answers: {} };
  const changes = listChanges(settled, rendered, manifest, remembered, tree);
  const next = new Map(Object.entries(project));
  for (const { path, after } of changes) {
    if (after === undefined) next.delete(path);
    else next.set(path, after);
  }
  return { plan, tree: Object.fromEntries(next), changed: changes.map(({ path }) => path) };
}

function workingTree(project: Tree, { manifest }: Project, rendered: readonly RenderedFile[]): WorkingTree {
  const files = new Map(
    Object.entries(project).map(([path, text]): [string, OnDisk] => [
      path,
      { kind: 'file', text, isReadOnly: false },
    ]),
  );
  const missing = new Set(manifest?.files.filter(({ path }) => !files.has(path)).map(({ id }) => id));
  const moved = new Map<string, readonly string[]>();
  for (const [path, text] of Object.entries(project)) {
    const id = path.startsWith('.') ? undefined : idInHeader(text);
    if (id !== undefined && missing.has(id)) moved.set(id, [...(moved.get(id) ?? []), path]);
  }
  for (const [id, paths] of besideSiblings(rendered, manifest?.files ?? [], { files, moved }))
    moved.set(id, paths);
  const wanted = new Set(rendered.map(({ id }) => id));
  const gone = manifest?.files.filter(({ id }) => !wanted.has(id)) ?? [];
  const paths = gone.map(({ id, path }) => moved.get(id)?.[0] ?? path);
  const importers = new Map(paths.map((path) => [path, importersOf(project, path)]));
  return { files, moved, importers, unread: [], unsearched: [], formatted: new Map() };
}

function importersOf(project: Tree, path: string): string[] {
  const all = Object.entries(project).filter(([each]) => each.endsWith('.ts'));
  return all.filter(([each, text]) => importsOf(each, text).includes(moduleOf(path))).map(([each]) => each);
}
