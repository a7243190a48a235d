import { type Document, Double } from 'bson';
import { CommandFailure, notImplemented } from './errors.ts';
import { matcher } from './matcher.ts';
import {
  bsonTypeName,
  cloneDocument,
  equalValues,
  formatValue,
  isDocument,
  isNumber,
  toNumber,
} from './values.ts';
import { atLeast, type Version } from './version.ts';

export interface IndexSpec {
  name: string;
  key: Document;
  unique: boolean;
  sparse: boolean;
  hidden: boolean;
  /** Seconds, as given. */
  expireAfterSeconds?: unknown;
  partialFilterExpression?: Document;
  collation?: Document;
}

const FIELDS = new Set([
  'v',
  'key',
  'name',
  'ns',
  'unique',
  'sparse',
  'hidden',
  'background',
  'expireAfterSeconds',
  'partialFilterExpression',
  'collation',
]);
/** Options that MongoDB supports and this test double does not. */
const KNOWN_ELSEWHERE = new Set([
  'storageEngine',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'bucketSize',
  'wildcardProjection',
  'clustered',
  'prepareUnique',
  'dropDups',
]);

export const ID_INDEX: IndexSpec = {
  name: '_id_',
  key: { _id: 1 },
  unique: false,
  sparse: false,
  hidden: false,
};

const isIdKey = (key: Document): boolean => equalValues(key, { _id: 1 });

export const isIdIndex = (index: IndexSpec): boolean => index.name === ID_INDEX.name;

export function parseIndexSpec(spec: unknown, version: Version): IndexSpec {
  if (!isDocument(spec)) throw new CommandFailure(14, 'The elements of the indexes array must be objects');
  checkFields(spec);
  const key = parseKey(spec);
  if (isIdKey(key)) return parseIdIndex(spec, key);
  checkTtl(spec, key, version);
  checkPartial(spec);
  if (truthy(spec.unique) && Object.values(key).includes('hashed')) {
    throw new CommandFailure(
      16764,
      'Currently hashed indexes cannot guarantee uniqueness. Use a regular index.',
    );
  }
  return {
    name: parseName(spec),
    key,
    unique: truthy(spec.unique),
    sparse: truthy(spec.sparse),
    hidden: truthy(spec.hidden),
    ...(spec.expireAfterSeconds !== undefined && {
      expireAfterSeconds: storedTtl(spec.expireAfterSeconds),
    }),
    ...(spec.partialFilterExpression !== undefined && {
      partialFilterExpression: cloneDocument(spec.partialFilterExpression),
    }),
    ...parseCollation(spec),
  };
}

const truthy = (value: unknown): boolean => (isNumber(value) ? toNumber(value) !== 0 : value === true);

function checkFields(spec: Document): void {
  for (const field of Object.keys(spec)) {
    if (KNOWN_ELSEWHERE.has(field)) throw notImplemented(`the index option ${field}`);
    if (!FIELDS.has(field)) {
      throw new CommandFailure(
        197,
        `Error in specification ${formatValue(spec)} :: caused by :: The field '${field}' is not valid for an index specification. Specification: ${formatValue(spec)}`,
      );
    }
  }
  for (const field of ['key', 'name']) {
    if (spec[field] === undefined) {
      throw new CommandFailure(
        9,
        `Error in specification ${formatValue(spec)} :: caused by :: The '${field}' field is a required property of an index specification`,
      );
    }
  }
  for (const field of ['unique', 'sparse', 'hidden', 'background']) {
    const value = spec[field];
    if (value !== undefined && typeof value !== 'boolean' && !isNumber(value)) {
      throw new CommandFailure(
        14,
        `The field '${field}' has value ${formatValue(value)}, which is not convertible to bool`,
      );
    }
  }
}

function parseKey(spec: Document): Document {
  const key = spec.key;
  if (!isDocument(key)) throw new CommandFailure(14, "The field 'key' must be an object");
  const entries = Object.entries(key);
  if (entries.length === 0) throw new CommandFailure(67, 'Index keys cannot be an empty object.');
  for (const [path, value] of entries) {
    if (path === '') throw new CommandFailure(67, 'Index keys cannot be an empty field.');
    if (path.includes('$')) throw notImplemented('wildcard indexes');
    if (typeof value === 'string') {
      if (value === 'hashed') continue;
      if (['text', '2d', '2dsphere', 'columnstore'].includes(value)) throw notImplemented(`${value} indexes`);
      throw new CommandFailure(67, `Unknown index plugin '${value}'`);
    }
    if (!isNumber(value)) {
      throw new CommandFailure(
        67,
        `Values in v:2 index key pattern cannot be of type ${bsonTypeName(value)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    }
    if (toNumber(value) === 0 || Number.isNaN(toNumber(value))) {
      throw new CommandFailure(67, 'Values in the index key pattern cannot be 0.');
    }
  }
  return key;
}

function parseName({ name }: Document): string {
  if (typeof name !== 'string') throw new CommandFailure(14, "The field 'name' must be a string");
  if (name === '') throw new CommandFailure(67, 'index name cannot be empty');
  if (name === '*') throw new CommandFailure(2, "The index name '*' is not valid.");
  return name;
}

function parseIdIndex(spec: Document, key: Document): IndexSpec {
  const allowed = new Set(['key', 'name', 'ns', 'v', 'collation']);
  const odd = Object.keys(spec).find((field) => !allowed.has(field));
  if (odd) {
    throw new CommandFailure(
      197,
      `The field '${odd}' is not valid for an _id index specification. Specification: ${formatValue(spec)}`,
    );
  }
  return { ...ID_INDEX, key };
}

const TTL_LIMIT = 2 ** 31 - 1;

/** 8.0 and newer refuse NaN. With it, documents never expire in 4.4, and expire immediately in 5.0 to 7.x. */
function checkTtl(spec: Document, key: Document, version: Version): void {
  const seconds = spec.expireAfterSeconds;
  if (seconds === undefined) return;
  if (!isNumber(seconds)) {
    throw new CommandFailure(
      67,
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${bsonTypeName(seconds)}'. Index spec: ${formatValue(spec)}`,
    );
  }
  const number = toNumber(seconds);
  const refusedNaN = Number.isNaN(number) && atLeast(version, 8);
  if (number < 0 || number > TTL_LIMIT || refusedNaN) {
    throw new CommandFailure(
      67,
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than ${formatValue(seconds)}. Index spec: ${formatValue(spec)}`,
    );
  }
  if (Object.keys(key).length > 1) {
    throw new CommandFailure(
      67,
      `TTL indexes are single-field indexes, compound indexes do not support TTL. Index spec: ${formatValue(spec)}`,
    );
  }
}

/** Drops fractions of a second, as the server does when it converts to an int. */
const storedTtl = (seconds: unknown): unknown => {
  const number = toNumber(seconds);
  return Number.isNaN(number) ? new Double(Number.NaN) : Math.trunc(number);
};

const PARTIAL_OPERATORS = new Set([
  '$eq',
  '$exists',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$type',
  '$and',
  '$or',
  '$in',
]);

function checkPartial(spec: Document): void {
  const filter = spec.partialFilterExpression;
  if (filter === undefined) return;
  if (!isDocument(filter)) {
    throw new CommandFailure(14, "The field 'partialFilterExpression' must be an object");
  }
  if (truthy(spec.sparse)) {
    throw new CommandFailure(67, 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  const operator = operatorsIn(filter).find((name) => !PARTIAL_OPERATORS.has(name));
  if (operator) throw new CommandFailure(67, `Expression not supported in partial index: ${operator}`);
  matcher(filter);
}

function operatorsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(operatorsIn);
  if (!isDocument(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(key.startsWith('$') ? [key] : []),
    ...operatorsIn(item),
  ]);
}

function parseCollation({ collation, unique }: Document): { collation?: Document } {
  if (collation === undefined) return {};
  if (!isDocument(collation) || typeof collation.locale !== 'string') {
    throw new CommandFailure(9, 'Collation must be an object with a locale');
  }
  if (collation.locale === 'simple') return {};
  if (truthy(unique)) throw notImplemented('unique indexes with a collation');
  return { collation: cloneDocument(collation) };
}

/** An index as listIndexes shows it. */
export const describeIndex = (index: IndexSpec): Document => ({
  v: 2,
  key: index.key,
  name: index.name,
  ...(index.unique && { unique: true }),
  ...(index.sparse && { sparse: true }),
  ...(index.expireAfterSeconds !== undefined && { expireAfterSeconds: index.expireAfterSeconds }),
  ...(index.partialFilterExpression && { partialFilterExpression: index.partialFilterExpression }),
  ...(index.collation && { collation: index.collation }),
  ...(index.hidden && { hidden: true }),
});
