import { expect, test } from 'vitest';
import { flagName } from '../../src/core/answers/flag-names.ts';
import { isRemembered, OPTION_NAMES } from '../../src/core/answers/options.ts';
import { textOf } from './documents.ts';

test('docs/options.md names each answer that a later run does not remember', () => {
  const [, sentence = ''] = /Answers are remembered, .*?; (.*?)\. /.exec(textOf('docs/options.md')) ?? [];
  const named = [...sentence.matchAll(/`(--[a-z-]+)`/g)].map(([, flag]) => flag);
  const forgotten = OPTION_NAMES.filter((name) => !isRemembered(name)).map(flagName);
  expect(named.toSorted()).toEqual(forgotten.toSorted());
});
