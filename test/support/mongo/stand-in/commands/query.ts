import { type Document, Long } from 'bson';
import { Aggregator } from 'mingo/aggregator';
import { CommandFailure, notImplemented } from '../errors.ts';
import { checkExpressions, evaluated, matcher, mingoContext } from '../matcher.ts';
import { indexedValuesAt } from '../paths.ts';
import { toPlain, toPlainDocument } from '../plain.ts';
import { projector } from '../projection.ts';
import { sorter } from '../sort.ts';
import { collectionName } from '../storage.ts';
import { isDocument, keyText, textOf, toNumber } from '../values.ts';
import { checkHint, refuseCollation } from './collation.ts';
import { type Call, type Command, onCollection } from './command.ts';

/** The matching documents of the named collection, with the requested sort, skip and limit. */
function select(call: Call, filterField: string): Document[] {
  const { options, state, database, body, name } = call;
  refuseCollation(options);
  const filter = options.document(filterField) ?? {};
  const variables = options.document('let');
  matcher(filter, variables);
  const sort = options.document('sort') ?? {};
  const inOrder = sorter(sort);
  const skip = options.count('skip') ?? 0;
  const end = skip + (options.count('limit') || Number.POSITIVE_INFINITY);
  const collection = state.storage.get(database, collectionName(database, body[name], name));
  checkHint(options, collection);
  if (!collection) return [];
  const found = pagesById(filter, sort)
    ? collection.findInIdOrder(filter, end, variables)
    : inOrder(collection.find(filter, variables));
  return found.slice(skip, end);
}

/** Reads in the order of `_id`, all or a range of it. */
const pagesById = (filter: Document, sort: Document): boolean =>
  Object.keys(sort).join() === '_id' &&
  toNumber(sort._id) === 1 &&
  (filter._id === undefined || (isDocument(filter._id) && !Object.hasOwn(filter._id, '$in')));

const find: Command = {
  name: 'find',
  fields: [
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'noCursorTimeout',
    'allowDiskUse',
    'allowPartialResults',
    'collation',
    'let',
  ],
  elsewhere: ['tailable', 'awaitData', 'oplogReplay', 'returnKey', 'showRecordId', 'min', 'max'],
  requires: onCollection('find'),
  run: (call) => {
    const { options, state, database, body, session } = call;
    const project = projector(options.document('projection'));
    const documents = select(call, 'filter').map(project);
    return {
      cursor: state.cursors.begin(`${database}.${body.find}`, documents, {
        batchSize: options.count('batchSize'),
        singleBatch: options.boolean('singleBatch'),
        session,
      }),
    };
  },
};

const getMore: Command = {
  name: 'getMore',
  fields: ['collection', 'batchSize'],
  requires: ({ database, body }) => [{ action: 'find', db: database, collection: textOf(body.collection) }],
  run: ({ options, state, database, body }) => {
    const id = body.getMore;
    if (!(id instanceof Long)) throw new CommandFailure(14, "BSON field 'getMore.getMore' is not a long");
    const namespace = `${database}.${collectionName(database, body.collection, 'getMore')}`;
    return { cursor: state.cursors.next(id, namespace, options.count('batchSize')) };
  },
};

const killCursors: Command = {
  name: 'killCursors',
  fields: ['cursors'],
  requires: onCollection('killCursors'),
  run: ({ state, body }) => {
    const ids: unknown = body.cursors;
    if (!Array.isArray(ids) || !ids.every((id) => id instanceof Long)) {
      throw new CommandFailure(14, "BSON field 'killCursors.cursors' must be an array of longs");
    }
    const cursorsKilled = ids.filter((id) => state.cursors.kill(id));
    const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id));
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
  },
};

const count: Command = {
  name: 'count',
  fields: ['query', 'limit', 'skip', 'hint', 'fields', 'collation'],
  requires: onCollection('find'),
  run: (call) => ({ n: select(call, 'query').length }),
};

const distinct: Command = {
  name: 'distinct',
  fields: ['key', 'query', 'hint', 'collation'],
  requires: onCollection('find'),
  run: (call) => {
    const key = call.options.text('key');
    if (key === undefined) {
      throw new CommandFailure(40414, "BSON field 'distinct.key' is missing but a required field");
    }
    const values = new Map<string, unknown>();
    for (const document of select(call, 'query')) {
      for (const value of indexedValuesAt(document, key))
        if (value !== undefined) values.set(keyText(value), value);
    }
    return { values: [...values.values()] };
  },
};

const STAGES = new Set([
  '$addFields',
  '$count',
  '$facet',
  '$group',
  '$limit',
  '$match',
  '$project',
  '$replaceRoot',
  '$replaceWith',
  '$set',
  '$skip',
  '$sort',
  '$sortByCount',
  '$unset',
  '$unwind',
]);
const STAGES_ELSEWHERE = new Set([
  '$bucket',
  '$bucketAuto',
  '$changeStream',
  '$collStats',
  '$currentOp',
  '$densify',
  '$documents',
  '$fill',
  '$geoNear',
  '$graphLookup',
  '$indexStats',
  '$listLocalSessions',
  '$listSessions',
  '$lookup',
  '$merge',
  '$out',
  '$planCacheStats',
  '$redact',
  '$sample',
  '$setWindowFields',
  '$unionWith',
]);

function checkStage(stage: Document): void {
  const [name, ...rest] = Object.keys(stage);
  if (name === undefined || rest.length > 0) {
    throw new CommandFailure(40323, 'A pipeline stage specification object must contain exactly one field.');
  }
  if (STAGES_ELSEWHERE.has(name)) throw notImplemented(`the aggregation stage ${name}`);
  if (!STAGES.has(name)) throw new CommandFailure(40324, `Unrecognized pipeline stage name: '${name}'`);
}

/**
 * Runs the stages one after another. Sorting and matching follow MongoDB's comparison order, the rest is done by mingo.
 */
function runStages(documents: Document[], pipeline: readonly Document[], variables: Document): Document[] {
  return pipeline.reduce<Document[]>((input, stage) => {
    if (isDocument(stage.$match)) return input.filter(matcher(stage.$match, variables));
    if (isDocument(stage.$sort)) return sorter(stage.$sort)(input);
    if (stage.$limit !== undefined) return input.slice(0, positive('$limit', stage.$limit, 15958));
    const aggregator = new Aggregator([toPlain(stage)] as never, {
      context: mingoContext,
      scriptEnabled: false,
      variables: toPlain(variables) as never,
    });
    return aggregator.run(input.map(toPlainDocument) as never) as Document[];
  }, documents);
}

function positive(stage: string, value: unknown, code: number): number {
  const number = toNumber(value);
  if (!(number > 0)) throw new CommandFailure(code, `the ${stage} must be positive`);
  return number;
}

const aggregate: Command = {
  name: 'aggregate',
  fields: ['pipeline', 'cursor', 'allowDiskUse', 'hint', 'let', 'collation', 'bypassDocumentValidation'],
  elsewhere: ['explain'],
  requires: onCollection('find'),
  run: (call) => {
    const { options, state, database, body, session } = call;
    const pipeline = options.documents('pipeline');
    pipeline.forEach(checkStage);
    pipeline.filter((stage) => !stage.$match).forEach(checkExpressions);
    const cursor = options.document('cursor');
    if (!cursor) {
      throw new CommandFailure(
        9,
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    if (typeof body.aggregate !== 'string') throw notImplemented('aggregation without a collection');
    refuseCollation(options);
    const collection = state.storage.get(database, collectionName(database, body.aggregate, 'aggregate'));
    checkHint(options, collection);
    const [first] = pipeline;
    const begin = collection?.find(isDocument(first?.$match) ? first.$match : {}) ?? [];
    const documents = evaluated(() => runStages(begin, pipeline, options.document('let') ?? {}));
    const batchSize = cursor.batchSize === undefined ? undefined : toNumber(cursor.batchSize);
    return {
      cursor: state.cursors.begin(`${database}.${body.aggregate}`, documents, { batchSize, session }),
    };
  },
};

export const queryCommands: readonly Command[] = [find, getMore, killCursors, count, distinct, aggregate];
