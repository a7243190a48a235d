import { expect, test } from 'vitest';
import { combineAnswers } from '../../../src/core/answers/answers.ts';

test('what is saved in a project starts no program: to install is said anew in each run', () => {
  const saved = { connection: 'mongoose', install: true, packageManager: 'bun', ttl: '1h' };
  expect(combineAnswers({}, saved).answers).toEqual({ connection: 'mongoose', ttl: '1h' });
  expect(combineAnswers({ install: true }, saved).answers).toMatchObject({ install: true });
});
