import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
const COMMANDS = ['tsc', 'tsx'];

/**
 * Installs just what a package.json names, as links into the node_modules of this repository.
 *
 * @param aliases installs another package under a name: `{ mongodb: 'mongodb6' }`
 */
export function linkPackages(
  folder: string,
  packageJson: string,
  aliases: Readonly<Record<string, string>> = {},
): void {
  const { dependencies, devDependencies } = JSON.parse(packageJson);
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    link(folder, name, aliases[name] ?? name);
  }
  for (const name of COMMANDS) link(folder, `.bin/${name}`, `.bin/${name}`);
}

function link(folder: string, name: string, target: string): void {
  const at = join(folder, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(MODULES, target), at);
}
