/** How two ways of doing the same compare: measured in turns, so that what else the machine does hits both. */
export interface Comparison {
  /** The median of the rounds' ratios. */
  ratio: number;
  /** Medians, in the unit that was measured in. */
  one: number;
  other: number;
}

type Measure = () => Promise<number>;

/** The first round warms up and does not count. */
export async function compare(rounds: number, one: Measure, other: Measure): Promise<Comparison> {
  const pairs: [number, number][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const isOdd = round % 2 === 1;
    const first = await (isOdd ? other : one)();
    const second = await (isOdd ? one : other)();
    pairs.push(isOdd ? [second, first] : [first, second]);
  }
  const counted = pairs.slice(1);
  return {
    ratio: median(counted.map(([ours, theirs]) => ours / theirs)),
    one: median(counted.map(([ours]) => ours)),
    other: median(counted.map(([, theirs]) => theirs)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = low] = sorted.slice(
    sorted.length % 2 === 0 ? middle - 1 : middle,
    middle + 1,
  );
  return (low + high) / 2;
}
