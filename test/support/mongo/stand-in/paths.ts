import type { Document } from 'bson';
import { isDocument } from './values.ts';

const isIndex = (part: string): boolean => /^\d+$/.test(part);

/** The values at a dotted path of a document: several if it goes through arrays, `undefined` if it does not exist. */
export const valuesAt = (document: Document, path: string): unknown[] => walk(document, path.split('.'));

function walk(value: unknown, parts: readonly string[]): unknown[] {
  const [head, ...rest] = parts;
  if (head === undefined) return [value];
  if (Array.isArray(value)) {
    const element = isIndex(head) && Number(head) < value.length ? walk(value[Number(head)], rest) : [];
    return [...element, ...value.filter(isDocument).flatMap((item) => walk(item, parts))];
  }
  if (isDocument(value) && Object.hasOwn(value, head)) return walk(value[head], rest);
  return [undefined];
}

/** The values that a predicate is tested on: each value at the path, and the elements of arrays. */
export const candidatesAt = (document: Document, path: string): unknown[] =>
  valuesAt(document, path).flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]));

/** The keys of a document in an index: one for each element of an array. */
export function indexedValuesAt(document: Document, path: string): unknown[] {
  const values = valuesAt(document, path).flatMap((value) =>
    Array.isArray(value) && value.length > 0 ? value : [value],
  );
  return values.length === 0 ? [undefined] : values;
}
