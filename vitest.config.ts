import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { parsedTemplates } from './scripts/templates-plugin.ts';
import { memoryFolder } from './test/support/memory-folder.ts';

// Whoever starts a process hands it this environment. No test speaks TLS to the world, and reading the certificates
// of a machine takes a third of the time that Node takes to start.
delete process.env.NODE_EXTRA_CA_CERTS;

// A run of the program waits for the disk far more than it works.
process.env.TMPDIR ??= memoryFolder() ?? tmpdir();

const TEST_FILES = 'test/**/*.test.ts';
const NOT_OURS = ['test/golden/*/expected/**', 'test/projects/*/**', 'test/rerun/*/**'];
/** Tests of pure functions change nothing that another file sees, so files share processes, and what they import. */
const PURE = ['test/core/**/*.test.ts', 'test/layers.test.ts'];
const SHARED_SETUP = ['test/support/sampling-setup.ts', 'test/support/run-folder-setup.ts'];

export default defineConfig(({ mode }) => {
  const sampling = mode === 'exhaustive' ? filesThatSample() : undefined;
  return {
    plugins: [parsedTemplates()],
    test: {
      // All cores, and one more, since many tests wait for a process or a server.
      maxWorkers: availableParallelism() + 1,
      // Long enough for three members of a real replica set to start, and to elect one, on a busy machine.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      projects: [
        {
          extends: true,
          test: {
            name: 'world',
            include: sampling ?? [TEST_FILES],
            exclude: [...NOT_OURS, ...PURE],
            globalSetup: ['test/support/mongo/global-setup.ts', ...SHARED_SETUP],
          },
        },
        {
          extends: true,
          test: {
            name: 'pure',
            include: sampling?.filter((path) => path.startsWith(join('test', 'core'))) ?? PURE,
            isolate: false,
            globalSetup: SHARED_SETUP,
          },
        },
      ],
    },
  };
});

function filesThatSample(): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join('test', path))
    .filter((path) => readFileSync(path, 'utf8').includes("/support/sampling.ts'"));
}
