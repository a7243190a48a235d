import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { linkPackages } from './packages.ts';
import { type Tree, writeTree } from './tree.ts';

type Aliases = Readonly<Record<string, string>>;

/**
 * Writes a project into a temporary folder, which is deleted after the test, and installs what its package.json names.
 *
 * @returns the folder
 */
export function installProject(tree: Tree, aliases: Aliases = {}): string {
  const folder = temporaryFolder();
  install(folder, tree, aliases);
  return folder;
}

/** The same for several projects, each in a folder with its name. */
export function installProjects(trees: Readonly<Record<string, Tree>>, aliases: Aliases = {}): string {
  const folder = temporaryFolder();
  for (const [name, tree] of Object.entries(trees)) install(join(folder, name), tree, aliases);
  return folder;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'koa-mongo-session-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function install(folder: string, tree: Tree, aliases: Aliases): void {
  writeTree(folder, tree);
  linkPackages(folder, tree['package.json'] ?? '{}', aliases);
}
