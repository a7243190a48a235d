import type { Document } from 'bson';
import { CommandFailure, notImplemented } from './errors.ts';
import { indexedValuesAt } from './paths.ts';
import { compareValues, isNumber, toNumber } from './values.ts';

type Direction = 1 | -1;

function direction(path: string, value: unknown): Direction {
  if (!isNumber(value)) throw notImplemented(`sorting ${path} by expression`);
  const number = toNumber(value);
  if (number !== 1 && number !== -1) {
    throw new CommandFailure(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
  return number;
}

/** A missing value sorts as null; an array by its least element, or its greatest when descending. */
function sortKey(document: Document, path: string, by: Direction): unknown {
  const values = indexedValuesAt(document, path).map((value) => (value === undefined ? null : value));
  return values.reduce((best, value) => (compareValues(value, best) * by < 0 ? value : best));
}

export function sorter(sort: Document): (documents: Document[]) => Document[] {
  const keys = Object.entries(sort).map(([path, value]) => [path, direction(path, value)] as const);
  if (keys.length === 0) return (documents) => documents;
  const compare = (a: Document, b: Document): number => {
    for (const [path, by] of keys) {
      const order = compareValues(sortKey(a, path, by), sortKey(b, path, by)) * by;
      if (order !== 0) return order;
    }
    return 0;
  };
  return (documents) => documents.toSorted(compare);
}
