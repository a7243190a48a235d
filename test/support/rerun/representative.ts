import { fc } from '../sampling.ts';
import type { Calls } from './faults.ts';

/**
 * The numbers of the calls that stand for all of a run: what one place of the program calls for one file after another
 * fails in the same way, so there are its first call, its last, and one by chance.
 */
export function representativeCalls({ places }: Pick<Calls, 'places'>): number[] {
  const numbers = new Map<string, number[]>();
  for (const [index, place] of places.entries())
    numbers.set(place, [...(numbers.get(place) ?? []), index + 1]);
  const chosen = [...numbers.values()].flatMap((same) => [
    ...same.slice(0, 1),
    ...fc.sample(fc.constantFrom(...same), 1),
    ...same.slice(-1),
  ]);
  return [...new Set(chosen)].sort((one, other) => one - other);
}
