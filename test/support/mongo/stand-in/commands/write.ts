import { calculateObjectSize, type Document } from 'bson';
import type { Collection } from '../collection.ts';
import { CommandFailure, notImplemented } from '../errors.ts';
import { MAX_DOCUMENT_BYTES } from '../frames.ts';
import { type Options, statementsOf } from '../options.ts';
import { projector } from '../projection.ts';
import { sorter } from '../sort.ts';
import { collectionName } from '../storage.ts';
import { parseUpdate, upsertSeed, withId } from '../update.ts';
import { identical, isDocument, typeName } from '../values.ts';
import { atLeast, type Version } from '../version.ts';
import { checkHint, refuseCollation } from './collation.ts';
import { type Call, type Command, onCollection } from './command.ts';

const MAX_BATCH = 100_000;

function checkBatch(statements: readonly unknown[]): void {
  if (statements.length === 0 || statements.length > MAX_BATCH) {
    throw new CommandFailure(
      16,
      `Write batch sizes must be between 1 and ${MAX_BATCH}. Got ${statements.length} operations.`,
    );
  }
}

/** Runs statements in order and collects the failures; an ordered batch ends at the first failure. */
function runBatch<S, R>(
  call: Call,
  statements: readonly S[],
  run: (statement: S) => R,
): { results: [number, R][]; writeErrors: Document[] } {
  checkBatch(statements);
  collectionName(call.database, call.body[call.name], call.name);
  const ordered = call.options.boolean('ordered', true);
  const results: [number, R][] = [];
  const writeErrors: Document[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      results.push([index, call.statements.once(index, () => run(statement))]);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      writeErrors.push(error.toWriteError(index));
      if (ordered) break;
    }
  }
  return { results, writeErrors };
}

/** Fields that a reply has only if they are not empty. */
const extras = ({ statements, state }: Call, writeErrors: Document[] = []): Document => ({
  ...(writeErrors.length > 0 && { writeErrors }),
  ...(statements.retried.length > 0 && atLeast(state.version, 5) && { retriedStmtIds: statements.retried }),
});

const target = (call: Call): Collection | undefined =>
  call.state.storage.get(call.database, collectionName(call.database, call.body[call.name], call.name));

const targetOrNew = (call: Call): Collection =>
  call.state.storage.getOrCreate(
    call.database,
    collectionName(call.database, call.body[call.name], call.name),
  );

function checkId(id: unknown): void {
  const type = typeName(id);
  if (type === 'array' || type === 'regex' || type === 'undefined') {
    throw new CommandFailure(53, `The '_id' value cannot be of type ${type}`);
  }
  const dollar = isDocument(id) ? Object.keys(id).find((key) => key.startsWith('$')) : undefined;
  if (dollar) {
    throw new CommandFailure(
      52,
      `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
    );
  }
}

function checkSize(document: Document, what: string, code: number): void {
  const size = calculateObjectSize(document, { ignoreUndefined: false });
  if (size > MAX_DOCUMENT_BYTES) {
    throw new CommandFailure(
      code,
      `${what} too large. size in bytes: ${size}, max size: ${MAX_DOCUMENT_BYTES}`,
    );
  }
}

/** Up to 4.4, no stored field may begin with a dollar sign. From 5.0 on, nested fields may. */
function checkStorable(document: Document, version: Version): void {
  if (atLeast(version, 5)) return;
  const dollar = nestedDollar(document);
  if (dollar) {
    throw new CommandFailure(52, `The dollar ($) prefixed field '${dollar}' is not valid for storage.`);
  }
}

function nestedDollar(value: unknown, path: string[] = []): string | undefined {
  if (Array.isArray(value))
    return value.map((item, index) => nestedDollar(item, [...path, String(index)])).find(Boolean);
  if (!isDocument(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('$')) return [...path, key].join('.');
    const found = nestedDollar(item, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

const insert: Command = {
  name: 'insert',
  fields: ['documents', 'ordered', 'bypassDocumentValidation'],
  requires: onCollection('insert'),
  writes: true,
  retryable: true,
  run: (call) => {
    const { results, writeErrors } = runBatch(call, call.options.documents('documents'), (document) => {
      const dollar = Object.keys(document).find((key) => key.startsWith('$'));
      if (dollar && !atLeast(call.state.version, 5)) {
        throw new CommandFailure(2, `Document can't have $ prefixed field names: ${dollar}`);
      }
      checkSize(document, 'object to insert', 2);
      const whole = withId(document);
      checkId(whole._id);
      targetOrNew(call).insert(whole);
    });
    return { n: results.length, ...extras(call, writeErrors) };
  },
};

interface Updated {
  matched: number;
  modified: number;
  upserted?: unknown;
  before?: Document | undefined;
  after?: Document | undefined;
}

interface UpdateRequest {
  filter: Document;
  change: unknown;
  upsert: boolean;
  multi: boolean;
  sort?: Document | undefined;
  variables?: Document | undefined;
}

/** Changes documents, for both update and findAndModify. */
function applyUpdate(call: Call, request: UpdateRequest): Updated {
  const { filter, upsert, multi, variables = {} } = request;
  const { apply, replaces } = parseUpdate(request.change, variables);
  if (multi && replaces) {
    throw new CommandFailure(9, 'multi update is not supported for replacement-style update');
  }
  const collection = target(call);
  const found = sorter(request.sort ?? {})(collection?.find(filter, variables) ?? []);
  if (found.length === 0) {
    return upsert ? insertNew(call, request, replaces, apply) : { matched: 0, modified: 0 };
  }
  const updated: Updated = { matched: 0, modified: 0 };
  for (const before of multi ? found : found.slice(0, 1)) {
    const after = apply(before, false);
    updated.matched += 1;
    updated.before = before;
    updated.after = after;
    if (identical(before, after)) continue;
    checkSize(after, 'Resulting document after update is', 17419);
    checkStorable(after, call.state.version);
    collection?.replace(before, after);
    updated.modified += 1;
  }
  return updated;
}

function insertNew(
  call: Call,
  { filter }: UpdateRequest,
  replaces: boolean,
  apply: (document: Document, inserting: boolean) => Document,
): Updated {
  const seed = upsertSeed(filter);
  const start = replaces ? (seed._id === undefined ? {} : { _id: seed._id }) : seed;
  const after = withId(apply(start, true));
  checkId(after._id);
  checkSize(after, 'object to insert', 2);
  checkStorable(after, call.state.version);
  targetOrNew(call).insert(after);
  return { matched: 0, modified: 0, upserted: after._id, after };
}

const UPDATE_FIELDS = new Set([
  'q',
  'u',
  'c',
  'multi',
  'upsert',
  'upsertSupplied',
  'collation',
  'hint',
  'arrayFilters',
  'sort',
]);

function updateRequest(call: Call, statement: Options): UpdateRequest {
  refuseCollation(statement);
  checkHint(statement, target(call));
  if (statement.has('arrayFilters')) throw notImplemented('arrayFilters');
  const sort = statement.document('sort');
  if (sort && !atLeast(call.state.version, 8)) {
    throw new CommandFailure(40415, "BSON field 'update.updates.sort' is an unknown field.");
  }
  const multi = statement.boolean('multi');
  if (sort && multi) throw new CommandFailure(9, 'Cannot specify sort with multi=true');
  return {
    filter: statement.document('q') ?? {},
    change: statement.raw('u'),
    upsert: statement.boolean('upsert'),
    multi,
    sort,
    variables: { ...call.options.document('let'), ...statement.document('c') },
  };
}

const update: Command = {
  name: 'update',
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let'],
  requires: (call) => {
    const upserts =
      Array.isArray(call.body.updates) && call.body.updates.some((statement) => statement?.upsert);
    return onCollection('update', ...(upserts ? ['insert'] : []))(call);
  },
  writes: true,
  retryable: true,
  run: (call) => {
    const statements = statementsOf(call.options, 'updates', 'update.updates', UPDATE_FIELDS);
    const { results, writeErrors } = runBatch(call, statements, (statement) =>
      applyUpdate(call, updateRequest(call, statement)),
    );
    const upserted = results.flatMap(([index, result]) =>
      result.upserted === undefined ? [] : [{ index, _id: result.upserted }],
    );
    return {
      n: results.reduce((sum, [, { matched }]) => sum + matched, upserted.length),
      nModified: results.reduce((sum, [, { modified }]) => sum + modified, 0),
      ...(upserted.length > 0 && { upserted }),
      ...extras(call, writeErrors),
    };
  },
};

const DELETE_FIELDS = new Set(['q', 'limit', 'collation', 'hint']);

const remove: Command = {
  name: 'delete',
  fields: ['deletes', 'ordered', 'let'],
  requires: onCollection('remove'),
  writes: true,
  retryable: true,
  run: (call) => {
    const statements = statementsOf(call.options, 'deletes', 'delete.deletes', DELETE_FIELDS);
    const { results, writeErrors } = runBatch(call, statements, (statement) => {
      refuseCollation(statement);
      checkHint(statement, target(call));
      const limit = statement.number('limit');
      if (limit !== 0 && limit !== 1) {
        throw new CommandFailure(9, `The limit field in delete objects must be 0 or 1. Got ${limit}`);
      }
      const collection = target(call);
      const found = collection?.find(statement.document('q') ?? {}, call.options.document('let')) ?? [];
      const doomed = limit === 1 ? found.slice(0, 1) : found;
      for (const document of doomed) collection?.delete(document);
      return doomed.length;
    });
    return { n: results.reduce((sum, [, deleted]) => sum + deleted, 0), ...extras(call, writeErrors) };
  },
};

interface Found {
  lastErrorObject: Document;
  value: Document | null;
}

function findAndUpdate(call: Call): Found {
  const { options } = call;
  const updated = applyUpdate(call, {
    filter: options.document('query') ?? {},
    change: options.raw('update'),
    upsert: options.boolean('upsert'),
    multi: false,
    sort: options.document('sort'),
    variables: options.document('let'),
  });
  const value = options.boolean('new') ? updated.after : updated.before;
  const { upserted } = updated;
  return {
    lastErrorObject: {
      n: upserted === undefined ? updated.matched : 1,
      updatedExisting: updated.matched > 0,
      ...(upserted !== undefined && { upserted }),
    },
    value: value ?? null,
  };
}

function findAndRemove(call: Call): Found {
  const { options } = call;
  const collection = target(call);
  const sort = sorter(options.document('sort') ?? {});
  const [value] = sort(collection?.find(options.document('query') ?? {}, options.document('let')) ?? []);
  if (value) collection?.delete(value);
  return { lastErrorObject: { n: value ? 1 : 0 }, value: value ?? null };
}

function checkFindAndModify(options: Options): void {
  const remove = options.boolean('remove');
  if (remove === options.has('update')) {
    throw new CommandFailure(
      9,
      remove
        ? "Cannot specify both an 'update' and 'remove'=true"
        : 'Either an update or remove=true must be specified',
    );
  }
  if (remove && options.boolean('new')) {
    throw new CommandFailure(
      9,
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  if (remove && options.boolean('upsert')) {
    throw new CommandFailure(9, 'Cannot specify both upsert=true and remove=true');
  }
  if (options.has('arrayFilters')) throw notImplemented('arrayFilters');
}

const findAndModify: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  fields: [
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'collation',
    'arrayFilters',
    'hint',
    'let',
  ],
  requires: (call) => {
    const action = call.body.remove ? 'remove' : 'update';
    return onCollection('find', action, ...(call.body.upsert ? ['insert'] : []))(call);
  },
  writes: true,
  retryable: true,
  run: (call) => {
    const { options, statements } = call;
    checkFindAndModify(options);
    refuseCollation(options);
    checkHint(options, target(call));
    const project = projector(options.document('fields'));
    const { lastErrorObject, value } = statements.once(0, () =>
      options.boolean('remove') ? findAndRemove(call) : findAndUpdate(call),
    );
    const retried = statements.retried.length > 0 && atLeast(call.state.version, 5);
    return { lastErrorObject, value: value && project(value), ...(retried && { retriedStmtId: 0 }) };
  },
};

export const writeCommands: readonly Command[] = [insert, update, remove, findAndModify];
