import { type Parsed, textOf } from './parsed.ts';

export const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** The largest `expireAfterSeconds` that MongoDB accepts, in seconds: 68 years. */
export const LONGEST = 2_147_483_647;

const RULE = `must be a duration: whole seconds, or a whole number with s, m, h, d or w, as in 90m, 12h, 14d, 2w; from 1 to ${LONGEST} seconds`;

/** Parses `90`, `90s`, `90m`, `12h`, `14d` or `2w` to whole seconds. */
export function parseDuration(answer: unknown): Parsed<number> {
  const match = /^(\d+)([smhdw])?$/.exec(textOf(answer));
  if (!match) return { problem: RULE };
  const seconds = Number(match[1]) * SECONDS[(match[2] ?? 's') as keyof typeof SECONDS];
  return seconds >= 1 && seconds <= LONGEST ? { value: seconds } : { problem: RULE };
}

/** Whole seconds in the largest unit that is exact: 1209600 are 14 d, and 90 are 90 s. */
export function inLargestUnit(seconds: number) {
  const unit = (['d', 'h', 'm'] as const).find((each) => seconds % SECONDS[each] === 0) ?? 's';
  return { count: seconds / SECONDS[unit], unit } as const;
}

/** As in a flag: `14d`, `90s`. */
export function formatDuration(seconds: number): string {
  const { count, unit } = inLargestUnit(seconds);
  return `${count}${unit}`;
}
