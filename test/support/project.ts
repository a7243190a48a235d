import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Tree, writeTree } from './tree.ts';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
const COMMANDS = ['tsc', 'tsx'];

/**
 * Writes a project into a temporary folder, which goes with the test, and installs just what its package.json
 * names, as links into the node_modules of this repository.
 *
 * @param aliases installs another package under a name: `{ mongodb: 'mongodb6' }`
 * @returns the folder
 */
export function installProject(tree: Tree, aliases: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'koa-mongo-session-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeTree(folder, tree);
  const { dependencies, devDependencies } = JSON.parse(tree['package.json'] ?? '{}');
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    link(folder, name, aliases[name] ?? name);
  }
  for (const name of COMMANDS) link(folder, `.bin/${name}`, `.bin/${name}`);
  return folder;
}

function link(folder: string, name: string, target: string): void {
  const at = join(folder, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(MODULES, target), at);
}
