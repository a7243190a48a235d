import { type Document, Long } from 'bson';
import { Aggregator } from 'mingo/aggregator';
import { CommandFailure, notImplemented } from '../errors.ts';
import { matcher, mingoContext } from '../matcher.ts';
import { indexedValuesAt } from '../paths.ts';
import { toPlain, toPlainDocument } from '../plain.ts';
import { projector } from '../projection.ts';
import { sorter } from '../sort.ts';
import { collectionName } from '../storage.ts';
import { isDocument, keyText, toNumber } from '../values.ts';
import { checkHint, refuseCollation } from './collation.ts';
import { type Call, type Command, onCollection } from './command.ts';

/** All documents of the named collection that match, in the order asked for. */
function select(call: Call, filterField: string): Document[] {
  const { options, state, database, body, name } = call;
  refuseCollation(options);
  const filter = options.document(filterField) ?? {};
  const variables = options.document('let');
  matcher(filter, variables);
  const sort = sorter(options.document('sort') ?? {});
  const collection = state.storage.get(database, collectionName(database, body[name], name));
  checkHint(options, collection);
  return sort(collection?.find(filter, variables) ?? []);
}

function window(documents: Document[], options: Call['options']): Document[] {
  const skip = options.count('skip') ?? 0;
  const limit = options.count('limit') || Number.POSITIVE_INFINITY;
  return documents.slice(skip, skip + limit);
}

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
  requires: onCollection('find'),
  run: (call) => {
    const { options, state, database, body, session } = call;
    const project = projector(options.document('projection'));
    const documents = window(select(call, 'filter'), options).map(project);
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
  requires: ({ database, body }) => [{ action: 'find', db: database, collection: String(body.collection) }],
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
    const ids = (body.cursors ?? []) as Long[];
    const cursorsKilled = ids.filter((id) => state.cursors.kill(id));
    const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id));
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
  },
};

const count: Command = {
  name: 'count',
  fields: ['query', 'limit', 'skip', 'hint', 'fields', 'collation'],
  requires: onCollection('find'),
  run: (call) => ({ n: window(select(call, 'query'), call.options).length }),
};

const distinct: Command = {
  name: 'distinct',
  fields: ['key', 'query', 'hint', 'collation'],
  requires: onCollection('find'),
  run: (call) => {
    const key = call.options.text('key');
    if (key === undefined)
      throw new CommandFailure(40414, "BSON field 'distinct.key' is missing but a required field");
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

/** Runs stages one after another; sorting and matching are MongoDB's own, the rest is mingo's. */
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
  requires: onCollection('find'),
  run: (call) => {
    const { options, state, database, body, session } = call;
    const pipeline = options.documents('pipeline');
    pipeline.forEach(checkStage);
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
    const documents = evaluate(() => runStages(begin, pipeline, options.document('let') ?? {}));
    const batchSize = cursor.batchSize === undefined ? undefined : toNumber(cursor.batchSize);
    return {
      cursor: state.cursors.begin(`${database}.${body.aggregate}`, documents, { batchSize, session }),
    };
  },
};

/** An expression that mingo cannot evaluate is the sender's mistake, or one that it does not know. */
function evaluate<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(2, error instanceof Error ? error.message : String(error));
  }
}

export const queryCommands: readonly Command[] = [find, getMore, killCursors, count, distinct, aggregate];
