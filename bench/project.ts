import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from './child.ts';

const ROOT = join(import.meta.dirname, '..');

/** A project generated with these flags, in a folder that `remove` deletes. */
export function generate(flags: readonly string[]): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-project-'));
  const args = [join(ROOT, 'bin', 'create-koa-mongo-session.cjs'), folder, '--yes', '--no-install', ...flags];
  execFileSync(process.execPath, args, { env: cleanEnvironment(), stdio: 'pipe' });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
