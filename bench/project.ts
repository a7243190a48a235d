import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from './child.ts';
import { PROGRAM, SUBJECT } from './subject.ts';

/** A project that the measured program has generated with these flags, in a folder that `remove` deletes. */
export function generate(flags: readonly string[]): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-project-'));
  const args = [PROGRAM, folder, '--yes', '--no-install', ...flags];
  execFileSync(process.execPath, args, { env: cleanEnvironment(), stdio: 'pipe' });
  symlinkSync(join(SUBJECT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
