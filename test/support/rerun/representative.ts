import { fc } from '../sampling.ts';
import type { Calls } from './faults.ts';

/**
 * Numbers of calls that represent all calls of a run. A place in the program that makes a call for each file fails in
 * the same way every time, so its first call, its last one and a random one are enough.
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
