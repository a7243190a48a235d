/** The results of one contender in all rounds, in the measured unit. */
export interface Figures {
  /** In the order of the rounds. */
  readonly values: readonly number[];
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export type Measure = () => Promise<number>;

/**
 * Each round measures every contender once, so that other load on the machine affects all of them, and in a random
 * order: what a contender leaves behind, such as garbage to collect, affects the next one. The first rounds are a
 * warm-up and do not count.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, Measure>>,
  { warmUp = 1 }: { warmUp?: number } = {},
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(contenders) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of shuffled(names)) {
      const value = await contenders[name]();
      if (round >= 0) values.get(name)?.push(value);
    }
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, figuresOf(all)])) as Record<
    Name,
    Figures
  >;
}

function shuffled<T>(list: readonly T[]): T[] {
  const places = list.map((item) => ({ item, place: Math.random() }));
  return places.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

export function figuresOf(values: readonly number[]): Figures {
  return { values, median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = low] = sorted.slice(
    sorted.length % 2 === 0 ? middle - 1 : middle,
    middle + 1,
  );
  return (low + high) / 2;
}

/** `12.3 (11.9–14.0)`: the median and the range of the rounds. */
export const shown = ({ median: middle, min, max }: Figures, digits = 1): string =>
  `${middle.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

/** The median of the ratios of each round: within a round, other load on the machine is about the same for both. */
export function ratio(one: Figures, other: Figures): string {
  return median(one.values.map((value, round) => value / (other.values[round] ?? Number.NaN))).toFixed(2);
}
