import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { linkPackages } from './packages.ts';
import { type Tree, writeTree } from './tree.ts';

/**
 * Writes a project into a temporary folder, which goes with the test, and installs what its package.json names.
 *
 * @returns the folder
 */
export function installProject(tree: Tree, aliases: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'koa-mongo-session-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeTree(folder, tree);
  linkPackages(folder, tree['package.json'] ?? '{}', aliases);
  return folder;
}
