import { expect, test } from 'vitest';
import { combineAnswers } from '../../../src/core/answers/combine.ts';

test('a saved answer does not start programs: --install has to be given in each run', () => {
  const saved = { connection: 'mongoose', install: true, packageManager: 'bun', ttl: '1h' };
  expect(combineAnswers({}, saved).answers).toEqual({ connection: 'mongoose', ttl: '1h' });
  expect(combineAnswers({ install: true }, saved).answers).toMatchObject({ install: true });
});
