import fc from 'fast-check';
import { inject, test } from 'vitest';
import type {} from './sampling-setup.ts';

/*
 * For tests with too many cases for each run. Files that import this one make up `npm run test:exhaustive`, which tests
 * every case.
 */

const { seed, isExhaustive } = inject('sampling');

/** Divides the number of random cases in a run that is not exhaustive. */
const SHARE = 10;
const DEFAULT_RUNS = 100;

/** The number of random cases for a property; `count` is the number in an exhaustive run. */
export const runs = (count: number): number => (isExhaustive ? count : Math.ceil(count / SHARE));

fc.configureGlobal({ seed, numRuns: runs(DEFAULT_RUNS) });

export { fc, isExhaustive };

/** Pairs that contain each item of both lists at least once; in an exhaustive run, all pairs. */
export function samplePairs<One, Other>(ones: readonly One[], others: readonly Other[]): [One, Other][] {
  const all = ones.flatMap((one) => others.map((other): [One, Other] => [one, other]));
  if (isExhaustive) return all;
  const [shift = 0] = fc.sample(fc.nat(others.length - 1), 1);
  const { length } = ones.length > others.length ? ones : others;
  const places = Array.from(
    { length },
    (_, at) => (at % ones.length) * others.length + ((at + shift) % others.length),
  );
  return all.filter((_, place) => places.includes(place));
}

/**
 * A sample of the items, in order; in an exhaustive run, all of them.
 *
 * @param kindOf at least one item of each kind is in the sample, even if that makes it larger than `size`
 */
export function sample<T>(items: readonly T[], size: number, kindOf: (item: T) => unknown = () => ''): T[] {
  if (isExhaustive) return [...items];
  const order = shuffled(items.length);
  const kinds = new Map(order.map((index) => [kindOf(items[index] as T), index]));
  const chosen = new Set([...kinds.values(), ...order].slice(0, Math.max(size, kinds.size)));
  return items.filter((_, index) => chosen.has(index));
}

/** Items that together have every property of the whole list; in an exhaustive run, all items. */
export function sampleCovering<T>(items: readonly T[], whatItHas: (item: T) => readonly string[]): T[] {
  if (isExhaustive) return [...items];
  const covered = new Set<string>();
  const chosen = new Set<number>();
  for (const index of shuffled(items.length)) {
    const has = whatItHas(items[index] as T);
    if (has.some((each) => !covered.has(each))) chosen.add(index);
    for (const each of has) covered.add(each);
  }
  return items.filter((_, index) => chosen.has(index));
}

/**
 * Returns a `test` that runs one of every `count` tests, and all of them in an exhaustive run. For slow tests, of which
 * each finds most of the mistakes that the others find.
 */
export function oneIn(count: number): (name: string, run: () => Promise<void>) => void {
  const [shift = 0] = fc.sample(fc.nat(count - 1), 1);
  let given = 0;
  return (name, run) => test.runIf(isExhaustive || given++ % count === shift)(name, run);
}

/** The numbers below `length` in random order. */
function shuffled(length: number): number[] {
  const [order = []] = fc.sample(fc.shuffledSubarray([...Array(length).keys()], { minLength: length }), 1);
  return order;
}
