import { expect, test } from 'vitest';
import { STYLES } from '../../support/generated.ts';
import { PAIRWISE, type Row, SWITCHES } from './harness.ts';

/** The possible choices, and the choices of a variant. */
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  style: Object.keys(STYLES),
  policy: ['merge', 'overwrite', 'throw'],
  ...Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, [true, false]])),
};

function choiceOf({ style, policy, on }: Row, name: string): unknown {
  if (name === 'style') return style;
  if (name === 'policy') return policy;
  return on.some((each) => each === name);
}

const choices = Object.entries(CHOICES).flatMap(([name, values]) => values.map((value) => ({ name, value })));
const pairs = choices.flatMap((one) =>
  choices.filter(({ name }) => name > one.name).map((other) => [one, other] as const),
);

test('the variants of the contract cover each pair of choices', () => {
  const missing = pairs.filter(
    (pair) => !PAIRWISE.some((row) => pair.every(({ name, value }) => choiceOf(row, name) === value)),
  );
  expect(missing).toEqual([]);
});
