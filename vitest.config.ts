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
/**
 * Each of these has processes of its own, for it changes what cannot be put back: what Node's modules export before
 * anything imports them. All others put back what they change, so that files share processes and what they import: the
 * driver, Mongoose and Koa take longer to load than most files take to run.
 */
const APART = [
  'test/rerun/crash.test.ts',
  'test/rerun/system-errors.test.ts',
  'test/eslint/generated.test.ts',
];

export default defineConfig(({ mode }) => {
  const sampling = mode === 'exhaustive' ? filesThatSample() : undefined;
  const plugins = [parsedTemplates()];
  // Long enough for three members of a real replica set to start, and to elect one, on a busy machine.
  const timeouts = { testTimeout: 300_000, hookTimeout: 300_000 };
  return {
    test: {
      // All cores, and one more, since many tests wait for a process or a server.
      maxWorkers: availableParallelism() + 1,
      // Once for both projects, which extend nothing, so that they do not have them, too.
      globalSetup: [
        'test/support/mongo/global-setup.ts',
        'test/support/sampling-setup.ts',
        'test/support/run-folder-setup.ts',
      ],
      projects: [
        {
          plugins,
          test: {
            ...timeouts,
            name: 'apart',
            include: sampling?.filter((path) => APART.includes(path)) ?? APART,
          },
        },
        {
          plugins,
          test: {
            ...timeouts,
            name: 'sharing',
            include: sampling ?? [TEST_FILES],
            exclude: [...NOT_OURS, ...APART],
            isolate: false,
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
