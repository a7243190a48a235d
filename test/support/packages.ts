import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The packages of this repository. */
export const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
/** The newest compiler. Named by its file, since `.bin/tsc` may be any of the installed versions. */
export const TSC = join(MODULES, 'typescript', 'bin', 'tsc');
/**
 * Installs only the packages that a package.json names, as links into the node_modules of this repository.
 *
 * @param aliases installs another package under a name: `{ mongodb: 'mongodb6' }`
 * @param compiler the package that provides `tsc`
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
  // Named by its file, since `.bin/tsc` may be any of the installed versions.
  link(folder, '.bin/tsc', `${compiler}/bin/tsc`);
  link(folder, '.bin/tsx', '.bin/tsx');
}

function link(folder: string, name: string, target: string): void {
  const at = join(folder, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(MODULES, target), at);
}
