import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patchEnv } from '../../../src/core/patch/env.ts';
import { patchGitignore } from '../../../src/core/patch/gitignore.ts';
import { idInHeader } from '../../../src/core/project/header.ts';
import { textOnDisk, type WorkingTree } from '../../../src/core/project/working-tree.ts';
import type { RenderedFile } from '../../../src/core/render/rendered-file.ts';
import { readProject } from '../../../src/io/read/project.ts';
import { readWorkingTree } from '../../../src/io/read/working-tree.ts';
import { openProject } from '../../../src/io/write/open.ts';
import { isPreview, type Outcome, type RunMode, regenerate } from '../../../src/regenerate.ts';
import type { Tree } from '../tree.ts';

export const GENERATOR = '1.2.0';

export const PLAIN_RUN: RunMode = {
  dryRun: false,
  check: false,
  diff: undefined,
  onConflict: undefined,
  restore: [],
};

/** Options of a run, besides the rendered files. */
export interface GenerateOptions {
  readonly run?: Partial<RunMode>;
  /** Also patches .gitignore and .env. */
  readonly patches?: boolean;
  readonly canAsk?: boolean;
}

/** The whole pipeline without options and templates. */
export async function generate(
  directory: string,
  rendered: readonly RenderedFile[],
  { run: given = {}, patches = false, canAsk = false }: GenerateOptions = {},
): Promise<Outcome> {
  const run = { ...PLAIN_RUN, ...given };
  const project = await (isPreview(run) ? readProject : openProject)(directory, GENERATOR);
  const tree = await readWorkingTree(project, rendered);
  return regenerate({
    project,
    rendered,
    patches: patches ? patchesFor(tree) : [],
    tree,
    remembered: { generator: GENERATOR, project: project.kind, answers: {} },
    run,
    notes: [],
    canAsk,
  });
}

/** A generated TypeScript file. */
export function source(id: string, ...lines: readonly string[]): string {
  return `// create-koa-mongo-session: ${id}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** The files of a tree, as if they had been rendered. */
export function renderedFrom(tree: Tree): RenderedFile[] {
  return Object.entries(tree).map(([path, text]) => ({
    id: idInHeader(text) ?? path.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    path,
    text,
  }));
}

/** The files of a folder, as if they had been rendered. */
export function readRendered(folder: string): RenderedFile[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return renderedFrom(
    Object.fromEntries(files.map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')])),
  );
}

function patchesFor(tree: WorkingTree) {
  const raw = (path: string) => textOnDisk(tree, path);
  const entry = { name: 'APP_KEYS', comment: 'Keys.', example: '', secret: 'random-keys' } as const;
  return [
    { id: 'gitignore', path: '.gitignore', text: patchGitignore(raw('.gitignore'), ['.env']), notes: [] },
    { id: 'env', path: '.env', ...patchEnv(raw('.env'), [entry], {}, () => 'a-key') },
  ];
}
