import { describe, expect, test } from 'vitest';
import { pictures } from '../../scripts/docs/picture.ts';
import { textOf } from './documents.ts';

describe('the pictures of the README', async () => {
  const recorded = await pictures();

  test.each(Object.keys(recorded))('%s shows the output of the current program (npm run picture)', (path) => {
    expect(textOf(path)).toBe(recorded[path]);
  });
});
