import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/program.ts';
import { isExhaustive } from '../support/sampling.ts';
import { type Tree, writeTree } from '../support/tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const SUMMARY = join(ROOT, '.ci/summary.mjs');

interface TestFile {
  readonly name: string;
  readonly status: 'passed' | 'failed';
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/** Results of test files, as vitest reports them. */
function reportOf(...testResults: readonly TestFile[]): string {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string) => all.filter((each) => each.status === status).length;
  return JSON.stringify({
    numTotalTests: all.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults,
  });
}

const PASSED: TestFile = {
  name: 'a.test.ts',
  status: 'passed',
  message: '',
  assertionResults: [{ status: 'passed', fullName: 'works' }],
};
const FAILED: TestFile = {
  name: 'b.test.ts',
  status: 'failed',
  message: '',
  assertionResults: [
    { status: 'passed', fullName: 'works' },
    { status: 'failed', fullName: 'works, too' },
  ],
};
const NOT_LOADED: TestFile = {
  name: 'c.test.ts',
  status: 'failed',
  message: 'no such module',
  assertionResults: [],
};

const CASES: readonly {
  readonly what: string;
  readonly files: Tree;
  readonly says: string;
  readonly code: number;
}[] = [
  {
    what: 'runs that passed are added up',
    files: {
      'all.code': '0\n',
      'all.json': reportOf(PASSED),
      'real.code': '0\n',
      'real.json': reportOf(PASSED),
    },
    says: '2 passed, 0 failed',
    code: 0,
  },
  {
    what: 'a test that failed is named',
    files: { 'all.code': '1\n', 'all.json': reportOf(PASSED, FAILED) },
    says: 'failed: b.test.ts: works, too\n2 passed, 1 failed',
    code: 1,
  },
  {
    what: 'a file that could not be loaded is named',
    files: { 'all.code': '1\n', 'all.json': reportOf(PASSED, NOT_LOADED) },
    says: 'failed: c.test.ts: no such module\n1 passed, 0 failed',
    code: 1,
  },
  {
    what: 'a run that failed although its tests passed is named, with the errors that made it fail',
    files: {
      'all.code': '1\n',
      'all.json': reportOf(PASSED),
      'all.errors.json': '["Error: read ECONNRESET, a.test.ts: works"]',
    },
    says: [
      "failed: the run 'all' ended with errors outside of its tests (code 1): see above",
      "failed: outside of the tests of the run 'all': Error: read ECONNRESET, a.test.ts: works",
      '1 passed, 0 failed',
    ].join('\n'),
    code: 1,
  },
  {
    what: 'a run that wrote no report is named',
    files: { 'all.code': '0\n', 'all.json': reportOf(PASSED), 'real.code': '137\n' },
    says: "failed: the run 'real' ended with code 137, and wrote no report: see above\n1 passed, 0 failed",
    code: 1,
  },
  {
    what: 'a run without tests counts as failed',
    files: { 'all.code': '0\n', 'all.json': reportOf() },
    says: "failed: the run 'all' had no test\n0 passed, 0 failed",
    code: 1,
  },
  {
    what: 'no run at all counts as failed',
    files: {},
    says: 'failed: nothing was run\n0 passed, 0 failed',
    code: 1,
  },
];

test.each(CASES)('$what', async ({ files, says, code }) => {
  const folder = writeTree(await temporaryFolder(), files);
  const { stdout, exitCode } = await execa('node', [SUMMARY, folder], { reject: false });
  expect({ stdout, exitCode }).toEqual({ stdout: says, exitCode: code });
});

test.runIf(isExhaustive)('an error outside of the tests of a real vitest run is named', async () => {
  const folder = writeTree(await temporaryFolder(), {
    'vitest.config.mjs': 'export default {};',
    'a.test.mjs': [
      `import { test } from '${join(ROOT, 'node_modules/vitest/dist/index.js')}';`,
      "test('works', () => void Promise.reject(new Error('nobody waited for this')));",
    ].join('\n'),
  });
  const at = (name: string) => join(folder, name);
  const { exitCode } = await execa(
    'node',
    [
      ...[join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder],
      ...[`--reporter=${join(ROOT, '.ci/unhandled.mjs')}`, '--reporter=json'],
      `--outputFile.json=${at('all.json')}`,
    ],
    { cwd: folder, reject: false, env: { UNHANDLED_ERRORS: at('all.errors.json') } },
  );
  writeTree(folder, { 'all.code': `${exitCode}\n` });
  const { stdout } = await execa('node', [SUMMARY, folder], { reject: false });
  expect(stdout.split('\n')).toEqual([
    "failed: the run 'all' ended with errors outside of its tests (code 1): see above",
    expect.stringMatching(/^failed: outside of the tests of the run 'all': Error: nobody waited for this/),
    '1 passed, 0 failed',
  ]);
});
