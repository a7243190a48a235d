import { Binary, type Document, Double, Int32, Long } from 'bson';
import { equalValues, isDocument } from './values.ts';

/** mingo compares class instances by their text, and different byte strings may have the same UTF-8 text. */
class ComparableBinary extends Binary {
  override toString(): string {
    return `${this.sub_type}:${Buffer.from(this.value()).toString('hex')}`;
  }
}

/** Converts a value for mingo's expressions: numbers become JavaScript numbers, everything else is unchanged. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Int32 || value instanceof Double) return value.valueOf();
  if (value instanceof Long && value._bsontype === 'Long') {
    const number = value.toNumber();
    return Number.isSafeInteger(number) ? number : value;
  }
  if (value instanceof Binary) return new ComparableBinary(value.value(), value.sub_type);
  if (Array.isArray(value)) return value.map(toPlain);
  if (isDocument(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
  return value;
}

export const toPlainDocument = (document: Document): Document => toPlain(document) as Document;

/** Restores the BSON type of values that mingo has not changed: an unchanged long stays a long. */
export function restoreTypes(result: unknown, original: unknown): unknown {
  if (isDocument(result) && isDocument(original)) {
    return Object.fromEntries(
      Object.entries(result).map(([key, item]) => [key, restoreTypes(item, original[key])]),
    );
  }
  if (Array.isArray(result) && Array.isArray(original)) {
    return result.map((item, index) => restoreTypes(item, original[index]));
  }
  return original !== undefined && equalValues(result, original) ? original : result;
}
