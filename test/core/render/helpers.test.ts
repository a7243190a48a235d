import { describe, expect, test } from 'vitest';
import { TEMPLATE_HELPERS } from '../../../src/core/render/helpers.ts';

const { seconds, duration } = TEMPLATE_HELPERS;

test.each([
  [1_209_600, '14 * 24 * 60 * 60', '14 days'],
  [86_400, '24 * 60 * 60', '1 day'],
  [129_600, '36 * 60 * 60', '36 hours'],
  [5400, '90 * 60', '90 minutes'],
  [60, '60', '1 minute'],
  [61, '61', '61 seconds'],
  [1, '1', '1 second'],
])('%i s is written as %s and called %s', (value, product, words) => {
  expect(seconds(value)).toBe(product);
  expect(duration(value)).toBe(words);
});

describe.each([undefined, '60', 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%s', (value) => {
  test('is not a number of seconds', () => {
    expect(() => seconds(value)).toThrow(TypeError);
    expect(() => duration(value)).toThrow(TypeError);
  });
});
