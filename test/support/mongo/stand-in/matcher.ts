import type { Document } from 'bson';
import { Context, evalExpr } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as stages from 'mingo/operators/pipeline';
import * as projections from 'mingo/operators/projection';
import * as queries from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { CommandFailure, notImplemented } from './errors.ts';
import { candidatesAt, valuesAt } from './paths.ts';
import { toPlain } from './plain.ts';
import {
  bsonTypeName,
  compareValues,
  formatValue,
  isDocument,
  isNumber,
  toNumber,
  typeName,
} from './values.ts';

type Predicate = (document: Document) => boolean;
/** The type of a query operator in mingo: compiled once for a field and an operand. */
type QueryOperator = (path: string, operand: never, options: never) => Predicate;

const nullish = (value: unknown): unknown => (value === undefined ? null : value);

const equals = (value: unknown, operand: unknown): boolean =>
  compareValues(nullish(value), nullish(operand)) === 0;

/** Comparison operators match only values of the operand's type; NaN is neither greater nor less than a number. */
function comparable(value: unknown, operand: unknown): boolean {
  if (typeName(nullish(value)) !== typeName(nullish(operand))) return false;
  return !isNumber(value) || Number.isNaN(toNumber(value)) === Number.isNaN(toNumber(operand));
}

const comparison =
  (accepts: (order: number) => boolean) =>
  (path: string, operand: unknown): Predicate =>
  (document) =>
    candidatesAt(document, path).some(
      (value) => comparable(value, operand) && accepts(compareValues(nullish(value), nullish(operand))),
    );

const equality =
  (path: string, operand: unknown): Predicate =>
  (document) =>
    candidatesAt(document, path).some((value) => equals(value, operand));

function membership(path: string, operands: unknown): Predicate {
  if (!Array.isArray(operands)) throw new CommandFailure(2, '$in needs an array');
  const patterns = operands.filter((operand) => operand instanceof RegExp);
  return (document) =>
    candidatesAt(document, path).some(
      (value) =>
        operands.some((operand) => equals(value, operand)) ||
        (typeof value === 'string' && patterns.some((pattern) => pattern.test(value))),
    );
}

const negated =
  (operator: (path: string, operand: unknown) => Predicate) =>
  (path: string, operand: unknown): Predicate => {
    const test = operator(path, operand);
    return (document) => !test(document);
  };

function existence(path: string, operand: unknown): Predicate {
  const wanted = isNumber(operand) ? toNumber(operand) !== 0 : operand !== false && operand !== null;
  return (document) => valuesAt(document, path).some((value) => value !== undefined) === wanted;
}

const TYPE_CODES: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  13: 'javascript',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
};
const TYPE_NAMES = new Set([...Object.values(TYPE_CODES), 'number', 'minKey', 'maxKey']);

const formatType = (operand: unknown): string =>
  typeof operand === 'string' ? operand : formatValue(operand);

function typeOperand(operand: unknown): string {
  const name = isNumber(operand) ? TYPE_CODES[toNumber(operand)] : formatType(operand);
  if (name === undefined) throw new CommandFailure(2, `Invalid numerical type code: ${formatValue(operand)}`);
  if (!TYPE_NAMES.has(name)) throw new CommandFailure(2, `Unknown type name alias: ${name}`);
  return name;
}

function typeTest(path: string, operand: unknown): Predicate {
  const names = new Set((Array.isArray(operand) ? operand : [operand]).map(typeOperand));
  return (document) =>
    candidatesAt(document, path).some(
      (value) => names.has(bsonTypeName(value)) || (names.has('number') && isNumber(value)),
    );
}

const size =
  (path: string, operand: unknown): Predicate =>
  (document) =>
    valuesAt(document, path).some((value) => Array.isArray(value) && value.length === toNumber(operand));

function modulo(path: string, operand: unknown): Predicate {
  if (!Array.isArray(operand) || operand.length !== 2) {
    throw new CommandFailure(2, 'malformed mod, needs to be an array of two');
  }
  const [divisor, remainder] = operand.map((item) => Math.trunc(toNumber(item)));
  if (divisor === undefined || divisor === 0) throw new CommandFailure(2, 'divisor cannot be 0');
  return (document) =>
    candidatesAt(document, path).some(
      (value) => isNumber(value) && Math.trunc(toNumber(value)) % divisor === remainder,
    );
}

function all(path: string, operand: unknown): Predicate {
  if (!Array.isArray(operand)) throw new CommandFailure(2, '$all needs an array');
  if (operand.some((item) => item?.$elemMatch)) throw notImplemented('$elemMatch within $all');
  const tests = operand.map((item) => equality(path, item));
  return (document) => tests.length > 0 && tests.every((test) => test(document));
}

const expression = (_: string, operand: unknown, options: never): Predicate => {
  const plain = toPlain(operand);
  checkExpressions(operand);
  return (document) => {
    const result = evalExpr(toPlain(document) as never, plain as never, options);
    return result !== 0 && Boolean(result);
  };
};

function unsupported(name: string): QueryOperator {
  return () => {
    throw notImplemented(`the query operator ${name}`);
  };
}

/** In expressions, unlike in filters, values of different types can be compared, and missing is less than null. */
const comparisonExpression =
  (result: (order: number) => unknown) =>
  (document: never, operands: never, options: never): unknown => {
    const values = evalExpr(document, operands, options);
    if (!Array.isArray(values) || values.length !== 2) {
      throw new CommandFailure(16020, 'Expression takes exactly 2 arguments');
    }
    return result(compareValues(values[0], values[1]));
  };

const comparisonExpressions = {
  $cmp: comparisonExpression(Math.sign),
  $eq: comparisonExpression((order) => order === 0),
  $ne: comparisonExpression((order) => order !== 0),
  $gt: comparisonExpression((order) => order > 0),
  $gte: comparisonExpression((order) => order >= 0),
  $lt: comparisonExpression((order) => order < 0),
  $lte: comparisonExpression((order) => order <= 0),
};

/** mingo reads the query; values are compared as MongoDB does, by BSON type first. */
const operators = {
  ...queries,
  $eq: equality,
  $ne: negated(equality),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $in: membership,
  $nin: negated(membership),
  $exists: existence,
  $type: typeTest,
  $size: size,
  $mod: modulo,
  $all: all,
  $expr: expression,
  $jsonSchema: unsupported('$jsonSchema'),
};

export const mingoContext = Context.init({
  accumulator: accumulators,
  expression: { ...expressions, ...comparisonExpressions },
  pipeline: stages,
  projection: projections,
  query: operators,
} as unknown as Parameters<typeof Context.init>[0]);

const knownOperators = new Set([
  ...Object.keys(expressions),
  ...Object.keys(accumulators),
  ...Object.keys(stages),
]);

/** Refuses unknown operators before reading documents, since there may be none. */
export function checkExpressions(value: unknown): void {
  if (Array.isArray(value)) value.forEach(checkExpressions);
  if (!isDocument(value)) return;
  for (const [key, operand] of Object.entries(value)) {
    if (key.startsWith('$') && !knownOperators.has(key)) {
      throw new CommandFailure(168, `Unrecognized expression '${key}'`);
    }
    if (key !== '$literal') checkExpressions(operand);
  }
}

const withoutComment = ({ $comment: _, ...filter }: Document): Document => filter;

/** Returns a function that tells whether a document matches. Throws code 2 for an invalid filter. */
export function matcher(filter: Document, variables: Document = {}): Predicate {
  if (Object.hasOwn(filter, '$where')) throw notImplemented('the query operator $where');
  const query = evaluated(
    () =>
      new Query(withoutComment(filter), {
        context: mingoContext,
        scriptEnabled: false,
        variables: toPlain(variables) as never,
      }),
  );
  return (document) => evaluated(() => query.test(document as never));
}

/** Runs an evaluation of mingo, which throws errors of any kind for invalid operands. */
export function evaluated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(2, message.replace(/^unknown query operator /, 'unknown operator: '));
  }
}
