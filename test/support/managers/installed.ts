import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Kept between runs. */
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/installed');

interface Wanted {
  readonly name: string;
  readonly version: string;
  /** As in a package.json, for dependencies that cannot be installed as declared. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/**
 * The folder of a package that tests need but that is too large to be a devDependency. If it cannot be installed,
 * prints the reason and returns undefined.
 */
export async function installed({ name, version, overrides = {} }: Wanted): Promise<string | undefined> {
  const key = `${name.replace('/', '+')}-${version}`;
  const modules = await installedAll(key, { [name]: version }, overrides);
  return modules && join(modules, name);
}

/**
 * A folder with exactly these versions of packages. If they cannot be installed, prints the reason and returns
 * undefined.
 *
 * @param key name of the cached folder, together with the versions
 */
export async function installedAll(
  key: string,
  dependencies: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const manifest = JSON.stringify({ private: true, dependencies, overrides });
  const folder = join(CACHE, `${key}-${createHash('sha256').update(manifest).digest('hex').slice(0, 8)}`);
  const modules = join(folder, 'node_modules');
  if (existsSync(modules)) return modules;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'package.json'), manifest);
  try {
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'];
    await execa('npm', args, { cwd: draft, timeout: 240_000 });
    await rename(draft, folder);
  } catch {
    await rm(draft, { recursive: true, force: true });
  }
  if (existsSync(modules)) return modules;
  console.warn(`${key} cannot be had here: what needs it is skipped.`);
  return undefined;
}
