/** The MongoDB version that the stand-in imitates. */
export interface Version {
  text: string;
  numbers: readonly [number, number, number];
  maxWireVersion: number;
}

const WIRE_VERSIONS: readonly [major: number, minor: number, wire: number][] = [
  [8, 0, 25],
  [7, 0, 21],
  [6, 0, 17],
  [5, 1, 14],
  [5, 0, 13],
  [4, 4, 9],
];

export const DEFAULT_VERSION = '7.0.14';

export function parseVersion(text: string): Version {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new TypeError(`'${text}' is not a server version such as 4.4 or 7.0.14`);
  const numbers = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] as const;
  const known = WIRE_VERSIONS.find(([major, minor]) => numbers[0] === major && numbers[1] >= minor);
  if (!known) throw new TypeError(`the stand-in knows the servers 4.4 to 8.x, not ${text}`);
  return { text: numbers.join('.'), numbers, maxWireVersion: known[2] };
}

export const atLeast = ({ numbers }: Version, major: number, minor = 0): boolean =>
  numbers[0] > major || (numbers[0] === major && numbers[1] >= minor);
