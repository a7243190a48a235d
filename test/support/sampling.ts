import fc from 'fast-check';
import { inject } from 'vitest';
import type {} from './sampling-setup.ts';

/*
 * For tests of what is too much to be tried whole each time. Files that import this one make up
 * `npm run test:exhaustive`, which tries it whole.
 */

const { seed, isExhaustive } = inject('sampling');

/** How much fewer random cases there are in a run that is not exhaustive. */
const SHARE = 10;
const DEFAULT_RUNS = 100;

/** The number of random cases of a property, of which there are that many in an exhaustive run. */
export const runs = (count: number): number => (isExhaustive ? count : Math.ceil(count / SHARE));

fc.configureGlobal({ seed, numRuns: runs(DEFAULT_RUNS) });

export { fc, isExhaustive };

/** Pairs with each item of both lists in them; in an exhaustive run, all pairs. */
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
 * Some of the items, in their order; in an exhaustive run, all.
 *
 * @param kindOf at least one item of each kind is among them, should that make them more than `size`
 */
export function sample<T>(items: readonly T[], size: number, kindOf: (item: T) => unknown = () => ''): T[] {
  if (isExhaustive) return [...items];
  const order = shuffled(items.length);
  const kinds = new Map(order.map((index) => [kindOf(items[index] as T), index]));
  const chosen = new Set([...kinds.values(), ...order].slice(0, Math.max(size, kinds.size)));
  return items.filter((_, index) => chosen.has(index));
}

/** So many items that whatever one of them has, one of those has it, too; in an exhaustive run, all. */
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

/** The numbers below `length` in any order. */
function shuffled(length: number): number[] {
  const [order = []] = fc.sample(fc.shuffledSubarray([...Array(length).keys()], { minLength: length }), 1);
  return order;
}
