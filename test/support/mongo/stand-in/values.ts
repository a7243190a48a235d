import {
  type Binary,
  BSONRegExp,
  Code,
  DBRef,
  Decimal128,
  type Document,
  Double,
  deserialize,
  Int32,
  Long,
  serialize,
} from 'bson';

/** The order of BSON types in comparisons and sorting; all numbers count as one type. */
const RANKS = {
  minKey: 0,
  undefined: 1,
  null: 2,
  number: 3,
  string: 4,
  object: 5,
  array: 6,
  binData: 7,
  objectId: 8,
  bool: 9,
  date: 10,
  timestamp: 11,
  regex: 12,
  javascript: 13,
  maxKey: 14,
} as const;

export type TypeName = keyof typeof RANKS;

const BSON_CLASS_TYPES: Readonly<Record<string, TypeName>> = {
  MinKey: 'minKey',
  MaxKey: 'maxKey',
  Int32: 'number',
  Double: 'number',
  Long: 'number',
  Decimal128: 'number',
  BSONSymbol: 'string',
  Binary: 'binData',
  ObjectId: 'objectId',
  Timestamp: 'timestamp',
  BSONRegExp: 'regex',
  Code: 'javascript',
};

export function typeName(value: unknown): TypeName {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof RegExp) return 'regex';
  if (value instanceof Uint8Array) return 'binData';
  return BSON_CLASS_TYPES[(value as { _bsontype?: string })._bsontype ?? ''] ?? 'object';
}

export const isDocument = (value: unknown): value is Document => typeName(value) === 'object';

export const isNumber = (value: unknown): boolean => typeName(value) === 'number';

/** A BSON number as a JavaScript number. This is the only place where a long beyond 2^53 loses digits. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Int32 || value instanceof Double) return value.valueOf();
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  return Number.NaN;
}

const toLong = (value: unknown): bigint | undefined => (value instanceof Long ? value.toBigInt() : undefined);

const compareOrdered = <T extends number | bigint | string>(a: T, b: T): number =>
  a < b ? -1 : a > b ? 1 : 0;

function compareNumbers(a: unknown, b: unknown): number {
  const [longA, longB] = [toLong(a), toLong(b)];
  if (longA !== undefined && longB !== undefined) return compareOrdered(longA, longB);
  const [x, y] = [toNumber(a), toNumber(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  return compareOrdered(x, y);
}

/** Corrects the order of UTF-16 to that of UTF-8: surrogates stand for code points above all others. */
const utf8Rank = (unit: number): number =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;

/** Compares strings by their UTF-8 bytes, like MongoDB. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = utf8Rank(a.charCodeAt(index)) - utf8Rank(b.charCodeAt(index));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const binaryParts = (value: unknown): { subtype: number; bytes: Uint8Array } =>
  value instanceof Uint8Array
    ? { subtype: 0, bytes: value }
    : { subtype: (value as Binary).sub_type, bytes: (value as Binary).value() };

function compareBinaries(a: unknown, b: unknown): number {
  const [x, y] = [binaryParts(a), binaryParts(b)];
  return x.bytes.length - y.bytes.length || x.subtype - y.subtype || Buffer.compare(x.bytes, y.bytes);
}

function compareArrays(a: unknown[], b: unknown[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareValues(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareDocuments(a: Document, b: Document): number {
  const [x, y] = [Object.entries(a), Object.entries(b)];
  for (let index = 0; index < Math.min(x.length, y.length); index++) {
    const [[keyA, valueA], [keyB, valueB]] = [x[index] ?? ['', 0], y[index] ?? ['', 0]];
    const order =
      RANKS[typeName(valueA)] - RANKS[typeName(valueB)] ||
      compareStrings(keyA, keyB) ||
      compareValues(valueA, valueB);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

/** MongoDB's total order over all values. */
export function compareValues(a: unknown, b: unknown): number {
  const type = typeName(a);
  const byType = RANKS[type] - RANKS[typeName(b)];
  if (byType !== 0) return byType;
  switch (type) {
    case 'number':
      return compareNumbers(a, b);
    case 'string':
      return compareStrings(String(a), String(b));
    case 'object':
      return compareDocuments(a as Document, b as Document);
    case 'array':
      return compareArrays(a as unknown[], b as unknown[]);
    case 'binData':
      return compareBinaries(a, b);
    case 'bool':
      return Number(a) - Number(b);
    case 'date':
      return compareOrdered((a as Date).getTime(), (b as Date).getTime());
    case 'timestamp':
      return compareOrdered((a as Long).toBigInt(), (b as Long).toBigInt());
    case 'objectId':
    case 'regex':
    case 'javascript':
      return compareStrings(formatValue(a), formatValue(b));
    default:
      return 0;
  }
}

export const equalValues = (a: unknown, b: unknown): boolean => compareValues(a, b) === 0;

/** Equal in type and value. An update to an identical value is not a change. */
export const identical = (a: unknown, b: unknown): boolean =>
  Buffer.compare(serialize({ value: a }), serialize({ value: b })) === 0;

/** A text for use as a map key: two values have the same text if and only if MongoDB considers them equal. */
export function keyText(value: unknown): string {
  const type = typeName(value);
  switch (type) {
    case 'undefined':
    case 'null':
      return 'null';
    case 'number': {
      const long = toLong(value);
      const number = toNumber(value);
      return `n${long !== undefined && !Number.isSafeInteger(number) ? long : number === 0 ? 0 : number}`;
    }
    case 'object':
      return `{${Object.entries(value as Document).map(([key, item]) => `${JSON.stringify(key)}:${keyText(item)}`)}}`;
    case 'array':
      return `[${(value as unknown[]).map(keyText)}]`;
    default:
      return `${type} ${formatValue(value)}`;
  }
}

/** A string itself; an empty text for any other value, which may have a `toString` field. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A value as MongoDB shows it in messages. */
export function formatValue(value: unknown): string {
  const type = typeName(value);
  switch (type) {
    case 'string':
      return JSON.stringify(String(value));
    case 'number':
      return value instanceof Double && Number.isInteger(value.value)
        ? value.value.toFixed(1)
        : String(value);
    case 'object': {
      const fields = Object.entries(value as Document).map(([key, item]) => `${key}: ${formatValue(item)}`);
      return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
    }
    case 'array':
      return `[ ${(value as unknown[]).map(formatValue).join(', ')} ]`;
    case 'binData': {
      const { subtype, bytes } = binaryParts(value);
      return `BinData(${subtype}, ${Buffer.from(bytes).toString('hex').toUpperCase()})`;
    }
    case 'objectId':
      return `ObjectId('${value}')`;
    case 'date':
      return `new Date(${(value as Date).getTime()})`;
    case 'regex':
      return value instanceof BSONRegExp ? `/${value.pattern}/${value.options}` : String(value);
    case 'javascript':
      return value instanceof Code ? String(value.code) : '';
    case 'timestamp':
      return `Timestamp(${value})`;
    default:
      return type === 'undefined'
        ? 'undefined'
        : type === 'null'
          ? 'null'
          : type === 'bool'
            ? String(value)
            : type;
  }
}

/** A copy that shares nothing with the original and keeps every BSON type. */
export const cloneDocument = (document: Document): Document =>
  deserialize(serialize(document, { ignoreUndefined: false }), {
    promoteValues: false,
    promoteLongs: false,
    promoteBuffers: false,
  });

export const cloneValue = <T>(value: T): T => cloneDocument({ value }).value as T;

/** The name of a value's BSON type in `$type` and error messages. */
export function bsonTypeName(value: unknown): string {
  if (value instanceof Int32) return 'int';
  if (value instanceof Long && typeName(value) === 'number') return 'long';
  if (value instanceof Double) return 'double';
  if (value instanceof Decimal128) return 'decimal';
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'int' : 'double';
  if (value instanceof DBRef) return 'object';
  return typeName(value);
}
