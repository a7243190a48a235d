/** A line in a source file of the project. */
export interface Place {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
}

/** `src/app.ts:3`. */
export const placeText = ({ path, line }: Place): string => `${path}:${line}`;

export const byPath = (one: Pick<Place, 'path'>, other: Pick<Place, 'path'>): number =>
  one.path === other.path ? 0 : one.path < other.path ? -1 : 1;
