import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { endingOf } from '../../src/ending.ts';

const systemError = (): unknown => {
  try {
    return readFileSync('/nowhere/at/all');
  } catch (error) {
    return error;
  }
};

test.each([
  [
    'an error that the user can fix',
    new UserError('Mend it.', 2),
    { exitCode: 2, facts: { written: false }, problem: 'Mend it.' },
  ],
  [
    'a system error without its own message',
    systemError(),
    { exitCode: 4, facts: {}, problem: 'The run could not go on: another program changed it meanwhile.' },
  ],
  [
    'an unexpected error',
    new TypeError('x is not a function'),
    { exitCode: 1, facts: {}, problem: 'a bug: x is not a function' },
  ],
  ['a thrown value that is not an error', 'thrown', { exitCode: 1, facts: {}, problem: 'a bug: thrown' }],
])('%s ends a run with its own exit code', (_, error, ending) => {
  const inCaseOfBug = (bug: unknown) => `a bug: ${bug instanceof Error ? bug.message : bug}`;
  expect(endingOf(error, inCaseOfBug, { written: false })).toEqual(ending);
});
