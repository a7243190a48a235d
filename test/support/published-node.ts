import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Kept between runs. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/published-node');

/**
 * The program of another version of Node, from an npm package. If it cannot be installed, prints the reason and returns
 * undefined.
 *
 * @param system as in the name of the package: `linux-x64`, `win-x64`
 */
export async function publishedNode(
  release: string,
  system = `${platform()}-${arch()}`,
): Promise<string | undefined> {
  const folder = join(CACHE, `${release}-${system}`);
  const program = join(folder, 'package/bin', system.startsWith('win') ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const name = `node-${system}@${release}`;
    await execa('npm', ['pack', name, '--silent', '--fetch-retries=0'], { cwd: draft, timeout: 120_000 });
    await execa('tar', ['xzf', `node-${system}-${release}.tgz`], { cwd: draft });
    await rename(draft, folder);
    return program;
  } catch {
    await rm(draft, { recursive: true, force: true });
    console.warn(`Node ${release} cannot be had here: what needs it is skipped.`);
    return existsSync(program) ? program : undefined;
  }
}
