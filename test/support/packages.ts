import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the packages of this repository are. */
export const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
/** The newest compiler, by its file: which of several versions `.bin/tsc` is depends on the order of installation. */
export const TSC = join(MODULES, 'typescript', 'bin', 'tsc');
/**
 * Installs just what a package.json names, as links into the node_modules of this repository.
 *
 * @param aliases installs another package under a name: `{ mongodb: 'mongodb6' }`
 * @param compiler the package that `tsc` is of
 */
export function linkPackages(
  folder: string,
  packageJson: string,
  aliases: Readonly<Record<string, string>> = {},
  compiler = 'typescript',
): void {
  const { dependencies, devDependencies } = JSON.parse(packageJson);
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    link(folder, name, aliases[name] ?? name);
  }
  // By its file: which of several versions of TypeScript `.bin/tsc` is depends on the order of their installation.
  link(folder, '.bin/tsc', `${compiler}/bin/tsc`);
  link(folder, '.bin/tsx', '.bin/tsx');
}

function link(folder: string, name: string, target: string): void {
  const at = join(folder, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(MODULES, target), at);
}
