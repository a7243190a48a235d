import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** For files that the test files of a run share; the first one that needs a file creates it. */
    runFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'test-run-'));
  // A test may start a program from it as another user.
  await chmod(folder, 0o755);
  project.provide('runFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
