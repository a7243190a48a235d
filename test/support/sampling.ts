import fc from 'fast-check';
import { inject } from 'vitest';
import type {} from './sampling-setup.ts';

/*
 * For tests of what is too much to be tried whole each time. Files that import this one make up
 * `npm run test:exhaustive`, which tries it whole.
 */

const { seed, isExhaustive } = inject('sampling');

/** How much fewer random cases there are in a run that is not exhaustive. */
const SHARE = 5;
const DEFAULT_RUNS = 100;

/** The number of random cases of a property, of which there are that many in an exhaustive run. */
export const runs = (count: number): number => (isExhaustive ? count : Math.ceil(count / SHARE));

fc.configureGlobal({ seed, numRuns: runs(DEFAULT_RUNS) });

export { fc, isExhaustive };

/**
 * Some of the items, in their order; in an exhaustive run, all.
 *
 * @param kindOf at least one item of each kind is among them, should that make them more than `size`
 */
export function sample<T>(items: readonly T[], size: number, kindOf: (item: T) => unknown = () => ''): T[] {
  if (isExhaustive) return [...items];
  const [shuffled = []] = fc.sample(fc.shuffledSubarray([...items.keys()], { minLength: items.length }), 1);
  const kinds = new Map(shuffled.map((index) => [kindOf(items[index] as T), index]));
  const chosen = new Set([...kinds.values(), ...shuffled].slice(0, Math.max(size, kinds.size)));
  return items.filter((_, index) => chosen.has(index));
}
