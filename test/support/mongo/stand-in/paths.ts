import type { Document } from 'bson';
import { isDocument } from './values.ts';

const isIndex = (part: string): boolean => /^\d+$/.test(part);

/**
 * What a dotted path leads to in a document: through arrays it leads to several values; where it leads
 * nowhere the value is `undefined`.
 */
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

/** The values a predicate is tried on: each value at the path, and the elements of those that are arrays. */
export const candidatesAt = (document: Document, path: string): unknown[] =>
  valuesAt(document, path).flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]));

/** The keys under which an index holds a document: one for each element of an array. */
export function indexedValuesAt(document: Document, path: string): unknown[] {
  const values = valuesAt(document, path).flatMap((value) =>
    Array.isArray(value) && value.length > 0 ? value : [value],
  );
  return values.length === 0 ? [undefined] : values;
}
