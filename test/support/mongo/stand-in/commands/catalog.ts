import { calculateObjectSize, type Document } from 'bson';
import type { Collection } from '../collection.ts';
import { CommandFailure, notImplemented } from '../errors.ts';
import { alreadyThere } from '../index-conflicts.ts';
import { describeIndex, ID_INDEX, type IndexSpec, isIdIndex, parseIndexSpec } from '../index-spec.ts';
import { matcher } from '../matcher.ts';
import { checkFields, Options } from '../options.ts';
import { collectionName } from '../storage.ts';
import { equalValues, formatValue, isDocument, isNumber, textOf, toNumber } from '../values.ts';
import { atLeast } from '../version.ts';
import { type Call, type Command, onCollection, onDatabase } from './command.ts';

const named = ({ database, body, name }: Call): string => collectionName(database, body[name], name);

const cursorOptions = (call: Call): { batchSize?: number | undefined; session?: string | undefined } => {
  const batchSize = call.options.document('cursor')?.batchSize;
  return { batchSize: batchSize === undefined ? undefined : toNumber(batchSize), session: call.session };
};

const createIndexes: Command = {
  name: 'createIndexes',
  fields: ['indexes', 'ignoreUnknownIndexOptions', 'commitQuorum'],
  requires: onCollection('createIndex'),
  writes: true,
  run: (call) => {
    const { state, database, options } = call;
    if (options.boolean('ignoreUnknownIndexOptions')) throw notImplemented('ignoreUnknownIndexOptions');
    if (options.has('commitQuorum') && !state.replication) {
      throw new CommandFailure(2, "Standalones can't specify commitQuorum");
    }
    const name = named(call);
    const asked = options.documents('indexes');
    if (asked.length === 0) throw new CommandFailure(2, 'Must specify at least one index to create');
    const specs = asked.map((spec) => parseIndexSpec(spec, state.version));
    const existed = state.storage.get(database, name);
    const before = existed?.indexes.length ?? 1;
    const missing = missingIndexes(specs, existed, call);
    const collection = missing.length > 0 || !existed ? state.storage.getOrCreate(database, name) : existed;
    for (const spec of missing) collection.addIndex(spec);
    return {
      numIndexesBefore: before,
      numIndexesAfter: collection.indexes.length,
      createdCollectionAutomatically: !existed,
      ...(missing.length === 0 && { note: 'all indexes already exist' }),
    };
  },
};

/** Checks all indexes, against existing ones and against one another, before the first is built. */
function missingIndexes(
  specs: readonly IndexSpec[],
  collection: Collection | undefined,
  { state }: Call,
): IndexSpec[] {
  const known = collection?.indexes ?? [ID_INDEX];
  const missing: IndexSpec[] = [];
  for (const spec of specs) {
    if (!isIdIndex(spec) && !alreadyThere(spec, [...known, ...missing], state.version)) missing.push(spec);
  }
  return missing;
}

const listIndexes: Command = {
  name: 'listIndexes',
  fields: ['cursor'],
  requires: onCollection('listIndexes'),
  run: (call) => {
    const { state, database } = call;
    const name = named(call);
    const collection = state.storage.require(database, name);
    const indexes = collection.indexes.map(describeIndex);
    return { cursor: state.cursors.begin(`${database}.${name}`, indexes, cursorOptions(call)) };
  },
};

const dropIndexes: Command = {
  name: 'dropIndexes',
  aliases: ['deleteIndexes'],
  fields: ['index'],
  requires: onCollection('dropIndex'),
  writes: true,
  run: (call) => {
    const { state, database, body } = call;
    const name = named(call);
    const collection = state.storage.require(database, name, `ns not found ${database}.${name}`);
    const nIndexesWas = collection.indexes.length;
    const doomed = indexesToDrop(collection, body.index);
    for (const index of doomed) collection.dropIndex(index.name);
    return { nIndexesWas, ...(body.index === '*' && { msg: 'non-_id indexes dropped for collection' }) };
  },
};

function indexesToDrop(collection: Collection, asked: unknown): IndexSpec[] {
  if (asked === '*') return collection.indexes.filter((index) => !isIdIndex(index));
  if (Array.isArray(asked)) return asked.map((name) => droppable(findIndex(collection, { name })));
  if (typeof asked === 'string') return [droppable(findIndex(collection, { name: asked }))];
  if (isDocument(asked)) return [droppable(findIndex(collection, { keyPattern: asked }))];
  throw new CommandFailure(14, "BSON field 'dropIndexes.index' is the wrong type");
}

function droppable(index: IndexSpec): IndexSpec {
  if (isIdIndex(index)) throw new CommandFailure(72, 'cannot drop _id index');
  return index;
}

/** Throws code 27 if there is none, 181 if a key matches several. */
function findIndex(collection: Collection, by: { name: unknown } | { keyPattern: Document }): IndexSpec {
  const found = collection.indexes.filter((index) =>
    'name' in by ? index.name === by.name : equalValues(index.key, by.keyPattern),
  );
  const [index] = found;
  if (!index) {
    throw new CommandFailure(
      27,
      'name' in by
        ? `index not found with name [${textOf(by.name)}]`
        : `can't find index with key: ${formatValue(by.keyPattern)}`,
    );
  }
  if (found.length > 1) {
    throw new CommandFailure(
      181,
      `${found.length} indexes found for key: ${formatValue(index.key)}, identify by name instead. Conflicting indexes: ${found.map((spec) => formatValue(describeIndex(spec))).join(', ')}`,
    );
  }
  return index;
}

const MODIFIABLE = new Set(['name', 'keyPattern', 'expireAfterSeconds', 'hidden']);

const collMod: Command = {
  name: 'collMod',
  fields: ['index'],
  elsewhere: [
    'validator',
    'validationLevel',
    'validationAction',
    'viewOn',
    'pipeline',
    'cappedSize',
    'cappedMax',
    'expireAfterSeconds',
    'timeseries',
    'changeStreamPreAndPostImages',
    'dryRun',
  ],
  requires: onCollection('collMod'),
  writes: true,
  run: (call) => {
    const { state, database, options } = call;
    const collection = state.storage.require(database, named(call), 'ns does not exist');
    const change = options.document('index');
    return change ? modifyIndex(call, collection, change) : {};
  },
};

function modifyIndex(call: Call, collection: Collection, change: Document): Document {
  checkFields('collMod.index', change, MODIFIABLE);
  const options = new Options('collMod.index', change);
  if (options.has('name') === options.has('keyPattern')) {
    throw new CommandFailure(
      72,
      options.has('name')
        ? 'Cannot specify both key pattern and name.'
        : 'Must specify either index name or key pattern.',
    );
  }
  if (!options.has('expireAfterSeconds') && !options.has('hidden')) {
    throw new CommandFailure(72, 'no expireAfterSeconds or hidden field');
  }
  const keyPattern = options.document('keyPattern');
  const index = findIndex(collection, keyPattern ? { keyPattern } : { name: options.text('name') });
  return {
    ...(options.has('expireAfterSeconds') &&
      modifyTtl(call, collection, index, options.raw('expireAfterSeconds'))),
    ...(options.has('hidden') && modifyHidden(collection, index, options.boolean('hidden'))),
  };
}

function modifyTtl({ state }: Call, collection: Collection, index: IndexSpec, seconds: unknown): Document {
  if (!isNumber(seconds)) throw new CommandFailure(72, 'expireAfterSeconds field must be a number');
  const next = Math.trunc(toNumber(seconds));
  if (!(next >= 0) || next > 2 ** 31 - 1) {
    throw new CommandFailure(
      72,
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than ${formatValue(seconds)}`,
    );
  }
  if (isIdIndex(index)) throw new CommandFailure(72, 'the _id field does not support TTL indexes');
  const before = index.expireAfterSeconds;
  if (before === undefined && !atLeast(state.version, 5, 1)) {
    throw new CommandFailure(72, 'no expireAfterSeconds field to update');
  }
  if (Object.keys(index.key).length > 1) {
    throw new CommandFailure(72, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  }
  if (equalValues(before, next)) return {};
  collection.changeIndex(index.name, { expireAfterSeconds: next });
  return { ...(before !== undefined && { expireAfterSeconds_old: before }), expireAfterSeconds_new: next };
}

function modifyHidden(collection: Collection, index: IndexSpec, hidden: boolean): Document {
  if (isIdIndex(index)) throw new CommandFailure(2, "can't hide _id index");
  if (index.hidden === hidden) return {};
  collection.changeIndex(index.name, { hidden });
  return { hidden_old: index.hidden, hidden_new: hidden };
}

const create: Command = {
  name: 'create',
  fields: [],
  elsewhere: [
    'capped',
    'size',
    'max',
    'viewOn',
    'pipeline',
    'collation',
    'validator',
    'validationLevel',
    'validationAction',
    'timeseries',
    'expireAfterSeconds',
    'clusteredIndex',
    'changeStreamPreAndPostImages',
    'storageEngine',
    'indexOptionDefaults',
    'encryptedFields',
    'idIndex',
  ],
  requires: onCollection('createCollection'),
  writes: true,
  run: (call) => {
    const { state, database } = call;
    const name = named(call);
    if (state.storage.get(database, name)) {
      throw new CommandFailure(48, `Collection ${database}.${name} already exists.`);
    }
    state.storage.getOrCreate(database, name);
    return {};
  },
};

const drop: Command = {
  name: 'drop',
  fields: [],
  requires: onCollection('dropCollection'),
  writes: true,
  run: (call) => {
    const { state, database } = call;
    const name = named(call);
    const collection = state.storage.get(database, name);
    if (collection) {
      state.storage.drop(database, name);
      return { nIndexesWas: collection.indexes.length, ns: collection.namespace };
    }
    if (atLeast(state.version, 7)) return {};
    throw new CommandFailure(26, 'ns not found');
  },
};

const dropDatabase: Command = {
  name: 'dropDatabase',
  fields: [],
  requires: onDatabase('dropDatabase'),
  writes: true,
  run: ({ state, database }) => (state.storage.dropDatabase(database) ? { dropped: database } : {}),
};

const describeCollection = (collection: Collection, name: string): Document => ({
  name,
  type: 'collection',
  options: collection.options,
  info: { readOnly: false, uuid: collection.uuid },
  idIndex: describeIndex(ID_INDEX),
});

const listCollections: Command = {
  name: 'listCollections',
  fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  requires: onDatabase('listCollections'),
  run: (call) => {
    const { state, database, options } = call;
    const matches = matcher(options.document('filter') ?? {});
    const nameOnly = options.boolean('nameOnly');
    const collections = state.storage
      .collections(database)
      .map((collection) => describeCollection(collection, collection.namespace.slice(database.length + 1)))
      .filter(matches)
      .map((description) => (nameOnly ? { name: description.name, type: description.type } : description));
    return {
      cursor: state.cursors.begin(`${database}.$cmd.listCollections`, collections, cursorOptions(call)),
    };
  },
};

const listDatabases: Command = {
  name: 'listDatabases',
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  requires: 'authentication',
  adminOnly: true,
  run: ({ state, connection, options }) => {
    const mayAll = !state.authorization || connection.may({ action: 'listDatabases' });
    const matches = matcher(options.document('filter') ?? {});
    const databases = state.storage.databaseNames
      .filter((db) => mayAll || connection.may({ action: 'listCollections', db }))
      .map((name): Document => {
        const documents = state.storage.collections(name).reduce((sum, { size }) => sum + size, 0);
        return { name, sizeOnDisk: documents, empty: documents === 0 };
      })
      .filter(matches);
    if (options.boolean('nameOnly')) return { databases: databases.map(({ name }) => ({ name })) };
    return { databases, totalSize: databases.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0) };
  },
};

const collStats: Command = {
  name: 'collStats',
  aliases: ['collstats'],
  fields: [],
  elsewhere: ['scale', 'queryExecStats'],
  requires: onCollection('collStats'),
  run: (call) => {
    const name = named(call);
    const collection = call.state.storage.get(call.database, name);
    const documents = collection?.find({}) ?? [];
    const size = documents.reduce((sum, document) => sum + calculateObjectSize(document), 0);
    return {
      ns: `${call.database}.${name}`,
      size,
      count: documents.length,
      ...(documents.length > 0 && { avgObjSize: Math.floor(size / documents.length) }),
      ...(collection && { capped: false }),
      nindexes: collection?.indexes.length ?? 0,
      scaleFactor: 1,
    };
  },
};

export const catalogCommands: readonly Command[] = [
  createIndexes,
  listIndexes,
  dropIndexes,
  collMod,
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  collStats,
];
