import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { parsedTemplates } from './scripts/templates-plugin.ts';
import { memoryFolder } from './test/support/memory-folder.ts';

// Started processes inherit this environment. No test uses TLS outside of this machine, and reading its certificates
// takes a third of the start time of Node.
delete process.env.NODE_EXTRA_CA_CERTS;

// A run of the program spends most of its time waiting for the disk.
process.env.TMPDIR ??= memoryFolder() ?? tmpdir();

const TEST_FILES = 'test/**/*.test.ts';
const NOT_OURS = ['test/.generated/**', 'test/golden/*/expected/**', 'test/projects/*/**', 'test/rerun/*/**'];
/**
 * Each of these files has its own process, since it makes changes that cannot be reverted: it changes the exports of
 * Node's modules before anything imports them. All other files revert their changes, so they share processes and
 * imported modules: the driver, Mongoose and Koa take longer to load than most files take to run.
 */
const APART = [
  'test/rerun/crash.test.ts',
  'test/rerun/system-errors.test.ts',
  'test/eslint/generated.test.ts',
];

/** In an exhaustive run, each takes about a minute or more. */
const LONG = [
  'test/golden/page.test.ts',
  'test/rerun/crash.test.ts',
  'test/projects/projects.test.ts',
  'test/cli/package-managers.test.ts',
  'test/golden/compilers.test.ts',
  'test/golden/run.test.ts',
  'test/rerun/sequences.property.test.ts',
  'test/golden/scripts.test.ts',
  'test/store/faults/faults.test.ts',
  'test/rerun/system-errors.test.ts',
  'test/cli/windows.test.ts',
  'test/golden/compile.test.ts',
  'test/eslint/generated.test.ts',
  'test/golden/floors.test.ts',
];

/** Starts the long ones first: one that starts last keeps a single core busy. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONG.indexOf(relative(import.meta.dirname, moduleId));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

export default defineConfig(({ mode }) => {
  const sampling = mode === 'exhaustive' ? filesThatSample() : undefined;
  const plugins = [parsedTemplates()];
  // Long enough for a real replica set of three to start and to elect a primary on a busy machine.
  const timeouts = { testTimeout: 300_000, hookTimeout: 300_000 };
  return {
    test: {
      // Two workers more than there are cores, since many tests wait for a process or a server.
      maxWorkers: availableParallelism() + 2,
      sequence: { sequencer: LongestFirst },
      // Once for both projects: these do not inherit it, so it does not run twice.
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
