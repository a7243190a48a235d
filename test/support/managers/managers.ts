import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { installed } from './installed.ts';

interface Manager {
  /** The command. */
  readonly program: string;
  readonly name: string;
  readonly version: string;
  /** The path of the program in the package. */
  readonly file: string;
}

const BUN_ARCH = arch() === 'arm64' ? 'aarch64' : arch();

const MANAGERS = {
  pnpm: { program: 'pnpm', name: 'pnpm', version: '12.21.0', file: 'bin/pnpm.mjs' },
  'yarn 1': { program: 'yarn', name: 'yarn', version: '1.22.22', file: 'bin/yarn.js' },
  'yarn 4': { program: 'yarn', name: '@yarnpkg/cli-dist', version: '4.18.1', file: 'bin/yarn.js' },
  bun: { program: 'bun', name: `@oven/bun-${platform()}-${BUN_ARCH}`, version: '1.4.5', file: 'bin/bun' },
} as const satisfies Record<string, Manager>;

export type ManagerName = keyof typeof MANAGERS | 'npm';

/**
 * A folder with the programs of a package manager, for the PATH. If it cannot be installed, prints the reason and
 * returns undefined. npm comes with Node.
 */
export async function programsOf(manager: ManagerName, bin: string): Promise<string | undefined> {
  if (manager === 'npm') return dirname(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim());
  const { program, name, version, file } = MANAGERS[manager];
  const folder = await installed({ name, version });
  if (folder === undefined) return undefined;
  await mkdir(bin, { recursive: true });
  await chmod(join(folder, file), 0o755);
  for (const called of program === 'bun' ? ['bun', 'bunx'] : [program]) {
    await symlink(join(folder, file), join(bin, called));
  }
  return bin;
}
