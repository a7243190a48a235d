import { writeFileSync } from 'node:fs';

/**
 * A reporter for vitest: its JSON report does not contain errors outside of tests, although they make a run fail.
 *
 * It writes their messages as a JSON array to the file that the environment variable UNHANDLED_ERRORS names.
 */
export default class Unhandled {
  onTestRunEnd(_modules, errors) {
    const { UNHANDLED_ERRORS: file } = process.env;
    if (file !== undefined && errors.length > 0) writeFileSync(file, JSON.stringify(errors.map(describe)));
  }
}

/** The location is the test file, if vitest knows it, otherwise the first line of the stack. */
function describe({ name, message, stack = '', VITEST_TEST_PATH: path, VITEST_TEST_NAME: test }) {
  const where =
    path === undefined ? /^\s+at .*/m.exec(stack)?.[0].trim() : [path, test].filter(Boolean).join(': ');
  return [`${name}: ${message}`, where].filter(Boolean).join(', ');
}
