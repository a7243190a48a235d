import { expect, test } from 'vitest';
import { flagName, negatedFlag } from '../../src/core/answers/flag-names.ts';
import { isRemembered, OPTION_NAMES, optionOf } from '../../src/core/answers/options.ts';
import { textOf } from './documents.ts';

test('docs/options.md names each answer that a later run does not remember', () => {
  const [, sentence = ''] = /Answers are remembered, .*?; (.*?)\. /.exec(textOf('docs/options.md')) ?? [];
  const named = [...sentence.matchAll(/`(--[a-z-]+)`/g)].map(([, flag]) => flag);
  const forgotten = OPTION_NAMES.filter((name) => !isRemembered(name)).map(flagName);
  expect(named.toSorted()).toEqual(forgotten.toSorted());
});

test('docs/options.md has no --no-… form that a run refuses', () => {
  const refused = OPTION_NAMES.filter((name) => optionOf(name).takes === true).map(negatedFlag);
  expect(refused.filter((flag) => textOf('docs/options.md').includes(flag))).toEqual([]);
});
