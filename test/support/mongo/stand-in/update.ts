import { Decimal128, type Document, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { Aggregator } from 'mingo/aggregator';
import { CommandFailure, notImplemented } from './errors.ts';
import { checkExpressions, evaluated, matcher, mingoContext } from './matcher.ts';
import { restoreTypes, toPlain, toPlainDocument } from './plain.ts';
import {
  bsonTypeName,
  cloneDocument,
  cloneValue,
  compareValues,
  equalValues,
  formatValue,
  identical,
  isDocument,
  isNumber,
  toNumber,
} from './values.ts';

/** Applies an update to a document; `inserting` if an upsert is creating it. */
export type Update = (document: Document, inserting: boolean) => Document;

type Parent = { holder: Document | unknown[]; key: string };
type Operator = (document: Document, path: string, operand: unknown, inserting: boolean) => void;

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;

/** The location of a path; creates missing documents on the way. */
function place(document: Document, path: string): Parent {
  const parts = path.split('.');
  const key = parts.pop() ?? '';
  let holder: unknown = document;
  for (const part of parts) {
    if (holdsNothing(holder, part)) setIn({ holder: holder as Document, key: part }, {});
    holder = (holder as Document)[part];
    if (!isDocument(holder) && !Array.isArray(holder)) throw notViable(key, { [part]: holder });
  }
  if (Array.isArray(holder) && !/^\d+$/.test(key)) throw notViable(key, { [parts.at(-1) ?? '']: holder });
  return { holder: holder as Document, key };
}

const holdsNothing = (holder: unknown, key: string): boolean =>
  !Object.hasOwn(holder as Document, key) || (holder as Document)[key] === undefined;

const notViable = (key: string, element: Document): CommandFailure =>
  new CommandFailure(
    28,
    `Cannot create field '${key}' in element ${formatValue(element).replace(/^{ |( )}$/g, (m) => m.trim())}`,
  );

/** The location of a path, if everything on the way exists. */
function existingPlace(document: Document, path: string): Parent | undefined {
  const parts = path.split('.');
  const key = parts.pop() ?? '';
  let holder: unknown = document;
  for (const part of parts) {
    if (!isDocument(holder) && !Array.isArray(holder)) return undefined;
    if (holdsNothing(holder, part)) return undefined;
    holder = (holder as Document)[part];
  }
  if (!isDocument(holder) && !Array.isArray(holder)) return undefined;
  return holdsNothing(holder, key) ? undefined : { holder: holder as Document, key };
}

const getIn = ({ holder, key }: Parent): unknown =>
  Object.hasOwn(holder, key) ? (holder as Document)[key] : undefined;

/** Defined, not assigned, since a field may be called `__proto__`. */
function setIn({ holder, key }: Parent, value: unknown): void {
  if (Array.isArray(holder)) {
    while (holder.length < Number(key)) holder.push(null);
    holder[Number(key)] = value;
    return;
  }
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function unsetIn({ holder, key }: Parent): void {
  if (Array.isArray(holder)) holder[Number(key)] = null;
  else delete holder[key];
}

function needNumber(operator: string, path: string, operand: unknown): void {
  if (!isNumber(operand)) {
    throw new CommandFailure(
      14,
      `Cannot ${operator === '$mul' ? 'multiply' : 'increment'} with non-numeric argument: {${path}: ${formatValue(operand)}}`,
    );
  }
}

/** The sum or product, in the wider of the two types. */
function arithmetic(
  a: unknown,
  b: unknown,
  combine: { number(x: number, y: number): number; long(x: bigint, y: bigint): bigint },
): unknown {
  if (a instanceof Decimal128 || b instanceof Decimal128) throw notImplemented('decimal arithmetic');
  const types = [bsonTypeName(a), bsonTypeName(b)];
  if (types.includes('double')) return new Double(combine.number(toNumber(a), toNumber(b)));
  const result = combine.long(
    Long.fromValue(toLongValue(a)).toBigInt(),
    Long.fromValue(toLongValue(b)).toBigInt(),
  );
  const fitsInt = result >= BigInt(INT_MIN) && result <= BigInt(INT_MAX);
  return types.includes('long') || !fitsInt ? Long.fromBigInt(result) : new Int32(Number(result));
}

const toLongValue = (value: unknown): Long =>
  value instanceof Long ? value : Long.fromNumber(toNumber(value));

const accumulate =
  (name: '$inc' | '$mul'): Operator =>
  (document, path, operand) => {
    needNumber(name, path, operand);
    const target = place(document, path);
    const current = getIn(target);
    if (current === undefined) {
      setIn(target, name === '$inc' ? operand : arithmetic(new Int32(0), operand, MULTIPLY));
      return;
    }
    if (!isNumber(current)) {
      throw new CommandFailure(
        14,
        `Cannot apply ${name} to a value of non-numeric type. {_id: ${formatValue(document._id)}} has the field '${target.key}' of non-numeric type ${bsonTypeName(current)}`,
      );
    }
    setIn(target, arithmetic(current, operand, name === '$inc' ? ADD : MULTIPLY));
  };

const ADD = { number: (x: number, y: number) => x + y, long: (x: bigint, y: bigint) => x + y };
const MULTIPLY = { number: (x: number, y: number) => x * y, long: (x: bigint, y: bigint) => x * y };

const extreme =
  (sign: 1 | -1): Operator =>
  (document, path, operand) => {
    const target = place(document, path);
    const current = getIn(target);
    if (current === undefined || compareValues(operand, current) * sign > 0) setIn(target, operand);
  };

function arrayIn(document: Document, path: string, name: string): unknown[] | undefined {
  const existing = existingPlace(document, path);
  if (!existing) return undefined;
  const value = getIn(existing);
  if (!Array.isArray(value)) {
    throw new CommandFailure(
      2,
      `The field '${path}' must be an array but is of type ${bsonTypeName(value)} in document {_id: ${formatValue(document._id)}} (${name})`,
    );
  }
  return value;
}

/** The values of `{$each: […]}`, or the single value; refuses other modifiers. */
function each(operand: unknown): unknown[] {
  if (!isDocument(operand) || !Object.hasOwn(operand, '$each')) return [operand];
  const other = Object.keys(operand).find((key) => key !== '$each');
  if (other) throw notImplemented(`the modifier ${other} of $push`);
  return operand.$each as unknown[];
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: (document, path, operand) => setIn(place(document, path), operand),
  $setOnInsert: (document, path, operand, inserting) => {
    if (inserting) setIn(place(document, path), operand);
  },
  $unset: (document, path) => {
    const target = existingPlace(document, path);
    if (target) unsetIn(target);
  },
  $inc: accumulate('$inc'),
  $mul: accumulate('$mul'),
  $max: extreme(1),
  $min: extreme(-1),
  $currentDate: (document, path, operand) => setIn(place(document, path), currentDate(operand)),
  $rename: (document, path, operand) => {
    const source = existingPlace(document, path);
    if (!source) return;
    const value = getIn(source);
    unsetIn(source);
    setIn(place(document, String(operand)), value);
  },
  $push: (document, path, operand) => {
    const array = arrayIn(document, path, '$push');
    if (array) array.push(...each(operand));
    else setIn(place(document, path), each(operand));
  },
  $addToSet: (document, path, operand) => {
    const array = arrayIn(document, path, '$addToSet') ?? [];
    for (const item of each(operand))
      if (!array.some((present) => equalValues(present, item))) array.push(item);
    setIn(place(document, path), array);
  },
  $pull: (document, path, operand) => {
    const array = arrayIn(document, path, '$pull');
    if (!array) return;
    const pulls = pullTest(operand);
    setIn(
      place(document, path),
      array.filter((item) => !pulls(item)),
    );
  },
};

function pullTest(operand: unknown): (item: unknown) => boolean {
  if (!isDocument(operand)) return (item) => equalValues(item, operand);
  if (Object.keys(operand).some((key) => key.startsWith('$'))) {
    const test = matcher({ item: operand });
    return (item) => test({ item });
  }
  const test = matcher(operand);
  return (item) => isDocument(item) && test(item);
}

function currentDate(operand: unknown): unknown {
  const type = isDocument(operand) ? operand.$type : 'date';
  if (type === 'date' && operand !== false) return new Date();
  if (type === 'timestamp') return Timestamp.fromBits(1, Math.floor(Date.now() / 1000));
  throw new CommandFailure(2, "The '$type' string field is required to be 'date' or 'timestamp'");
}

const startsWithPath = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`);

function checkPath(path: string): void {
  if (path === '') throw new CommandFailure(56, 'An empty update path is not valid.');
  if (path.split('.').includes('')) {
    throw new CommandFailure(
      56,
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  if (/(^|\.)\$(\.|\[|$)/.test(path)) throw notImplemented('positional updates');
  const dollar = path.split('.').find((part) => part.startsWith('$'));
  if (dollar) {
    throw new CommandFailure(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
}

function checkConflicts(paths: readonly string[]): void {
  for (const [index, path] of paths.entries()) {
    const other = paths
      .slice(0, index)
      .find((before) => startsWithPath(path, before) || startsWithPath(before, path));
    if (other !== undefined) {
      throw new CommandFailure(40, `Updating the path '${path}' would create a conflict at '${other}'`);
    }
  }
}

interface Step {
  operator: Operator;
  path: string;
  operand: unknown;
}

function parseOperators(update: Document): Step[] {
  const steps: Step[] = [];
  for (const [name, fields] of Object.entries(update)) {
    const operator = OPERATORS[name];
    if (!operator) throw unknownModifier(name);
    if (!isDocument(fields)) {
      throw new CommandFailure(
        9,
        `Modifiers operate on fields but we found type ${bsonTypeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${formatValue(fields)}}`,
      );
    }
    for (const [path, operand] of Object.entries(fields)) {
      checkPath(path);
      if (name === '$rename') checkRename(operand);
      steps.push({ operator, path, operand });
    }
  }
  checkConflicts(
    steps.flatMap(({ operator, path, operand }) =>
      operator === OPERATORS.$rename ? [path, String(operand)] : [path],
    ),
  );
  return steps.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function checkRename(operand: unknown): void {
  if (typeof operand !== 'string') throw new CommandFailure(2, "The 'to' field for $rename must be a string");
  checkPath(operand);
}

const KNOWN_BUT_NOT_HERE = new Set(['$bit', '$pop', '$pullAll', '$pushAll']);

const unknownModifier = (name: string): CommandFailure =>
  KNOWN_BUT_NOT_HERE.has(name)
    ? notImplemented(`the update operator ${name}`)
    : new CommandFailure(
        9,
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );

function byOperators(update: Document): Update {
  const steps = parseOperators(update);
  return (document, inserting) => {
    const result = cloneDocument(document);
    for (const { operator, path, operand } of steps) operator(result, path, cloneValue(operand), inserting);
    return keepId(document, result);
  };
}

/** A replacement keeps the `_id`, as the first field. */
function byReplacement(replacement: Document): Update {
  checkReplacement(replacement);
  return (document) => {
    const { _id = document._id, ...fields } = cloneDocument(replacement);
    return keepId(document, _id === undefined ? fields : { _id, ...fields });
  };
}

function checkReplacement(replacement: Document): void {
  const dollar = Object.keys(replacement).find((key) => key.startsWith('$'));
  if (dollar === undefined) return;
  throw new CommandFailure(
    52,
    `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
  );
}

function keepId(before: Document, after: Document): Document {
  const [was, is] = [before._id, after._id];
  if (was === undefined || (is !== undefined && identical(was, is))) return after;
  throw new CommandFailure(
    66,
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );
}

const UPDATE_STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

function byPipeline(pipeline: readonly Document[], variables: Document): Update {
  for (const stage of pipeline) {
    if (!isDocument(stage))
      throw new CommandFailure(14, 'Each element of the pipeline array must be an object');
    const [name, ...rest] = Object.keys(stage);
    if (name === undefined || rest.length > 0) {
      throw new CommandFailure(
        40323,
        'A pipeline stage specification object must contain exactly one field.',
      );
    }
    if (!UPDATE_STAGES.has(name)) {
      throw new CommandFailure(
        name.startsWith('$') ? 72 : 40324,
        `${name} is not allowed to be used within an update`,
      );
    }
  }
  checkExpressions(pipeline);
  return (document) => {
    const aggregator = new Aggregator(toPlain(pipeline) as never, {
      context: mingoContext,
      scriptEnabled: false,
      variables: toPlain(variables) as never,
    });
    const [result] = evaluated(() => aggregator.run([toPlainDocument(document)] as never)) as Document[];
    const restored = restoreTypes(result ?? {}, document) as Document;
    const { _id = document._id, ...fields } = cloneDocument(restored);
    return keepId(document, _id === undefined ? fields : { _id, ...fields });
  };
}

/** Parses the `u` of an update statement, or the `update` of a findAndModify. */
export function parseUpdate(update: unknown, variables: Document = {}): { apply: Update; replaces: boolean } {
  if (Array.isArray(update)) return { apply: byPipeline(update, variables), replaces: false };
  if (!isDocument(update)) {
    throw new CommandFailure(9, 'Update argument must be either an object or an array');
  }
  const [first] = Object.keys(update);
  if (first?.startsWith('$')) return { apply: byOperators(update), replaces: false };
  return { apply: byReplacement(update), replaces: true };
}

/** The document that an upsert starts from: the fields that the filter compares for equality. */
export function upsertSeed(filter: Document): Document {
  const seed: Document = {};
  for (const [path, value] of equalities(filter)) {
    const target = place(seed, path);
    const present = getIn(target);
    if (present !== undefined) {
      throw new CommandFailure(54, `cannot infer query fields to set, path '${path}' is matched twice`);
    }
    setIn(target, cloneValue(value));
  }
  return seed;
}

function equalities(filter: Document): [string, unknown][] {
  return Object.entries(filter).flatMap(([path, value]): [string, unknown][] => {
    if (path === '$and') return (value as Document[]).flatMap(equalities);
    if (path === '$or')
      return (value as Document[]).length === 1 ? (value as Document[]).flatMap(equalities) : [];
    if (path.startsWith('$') || value instanceof RegExp) return [];
    if (!isDocument(value) || !Object.keys(value).some((key) => key.startsWith('$'))) return [[path, value]];
    if (Object.hasOwn(value, '$eq')) return [[path, value.$eq]];
    const { $in: among, $all: every } = value;
    const only = Array.isArray(among) ? among : Array.isArray(every) ? every : [];
    return only.length === 1 ? [[path, only[0]]] : [];
  });
}

/** A new document as it is stored: with an `_id` as the first field. */
export function withId(document: Document): Document {
  const { _id = new ObjectId(), ...fields } = document;
  return { _id, ...fields };
}
