import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Kept between runs. */
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/installed');

interface Wanted {
  readonly name: string;
  readonly version: string;
  /** As in a package.json, for dependencies of it that cannot be had as it names them. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/**
 * The folder of a package that the tests need and that is too large for everybody to install; undefined, with a word
 * on why, where it cannot be had.
 */
export async function installed({ name, version, overrides = {} }: Wanted): Promise<string | undefined> {
  const folder = join(CACHE, `${name.replace('/', '+')}-${version}`);
  const program = join(folder, 'node_modules', name);
  if (existsSync(program)) return program;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'package.json'), JSON.stringify({ private: true, overrides }));
  try {
    const args = ['install', `${name}@${version}`, '--ignore-scripts', '--no-audit', '--no-fund'];
    await execa('npm', args, { cwd: draft, timeout: 240_000 });
    await rename(draft, folder);
  } catch {
    await rm(draft, { recursive: true, force: true });
  }
  if (existsSync(program)) return program;
  console.warn(`${name} ${version} cannot be had here: what needs it is skipped.`);
  return undefined;
}
