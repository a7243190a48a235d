import { existsSync, readdirSync, readFileSync } from 'node:fs';

/*
 * The last lines of `.ci/run`. Its folder argument holds up to three files for each run of vitest:
 *
 * - `<name>.code`: the exit code;
 * - `<name>.json`: vitest's report;
 * - `<name>.errors.json`: the errors outside of tests, written by `unhandled.mjs` if there were any.
 */
const [folder = ''] = process.argv.slice(2);

const textOf = (file) => readFileSync(`${folder}/${file}`, 'utf8');
const jsonOf = (file) => (existsSync(`${folder}/${file}`) ? JSON.parse(textOf(file)) : undefined);

const runs = readdirSync(folder)
  .filter((file) => file.endsWith('.code'))
  .map((file) => file.slice(0, -'.code'.length))
  .map((name) => ({
    name,
    code: Number(textOf(`${name}.code`)),
    report: jsonOf(`${name}.json`),
    errors: jsonOf(`${name}.errors.json`) ?? [],
  }));

/** What failed in a run, one line each. */
function failuresOf({ name, code, report, errors }) {
  if (report === undefined)
    return [`the run '${name}' ended with code ${code}, and wrote no report: see above`];
  const failed = report.testResults.flatMap(failuresIn);
  const outside = errors.map((error) => `outside of the tests of the run '${name}': ${error}`);
  if (report.numTotalTests === 0) return [...failed, ...outside, `the run '${name}' had no test`];
  const isExplained = code === 0 || failed.length > 0;
  if (isExplained) return [...failed, ...outside];
  return [`the run '${name}' ended with errors outside of its tests (code ${code}): see above`, ...outside];
}

function failuresIn({ name, message, status, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) return [`${name}: ${message}`];
  return failed.map((test) => `${name}: ${test.fullName}`);
}

const failures = runs.flatMap(failuresOf);
for (const failure of failures) console.log(`failed: ${failure}`);
if (runs.length === 0) console.log('failed: nothing was run');
if (runs.length === 0 || failures.length > 0) process.exitCode = 1;

const sum = (count) => runs.reduce((total, { report }) => total + (report?.[count] ?? 0), 0);
console.log(`${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed`);
