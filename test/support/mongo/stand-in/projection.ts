import type { Document } from 'bson';
import { CommandFailure, notImplemented } from './errors.ts';
import { isDocument, isNumber, toNumber } from './values.ts';

interface Tree {
  [field: string]: Tree | true;
}

const included = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return toNumber(value) !== 0;
  throw notImplemented('projections by expression');
};

function toTree(paths: readonly string[]): Tree {
  const root: Tree = {};
  for (const path of paths) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let node = root;
    for (const part of parts) {
      const next = node[part];
      if (next === true) throw new CommandFailure(31249, `Path collision at ${path}`);
      node = node[part] = next ?? {};
    }
    if (node[last] !== undefined) throw new CommandFailure(31250, `Path collision at ${path}`);
    node[last] = true;
  }
  return root;
}

function pick(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value))
    return value.filter((item) => isDocument(item) || Array.isArray(item)).map((item) => pick(item, tree));
  if (!isDocument(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const branch = Object.hasOwn(tree, key) ? tree[key] : undefined;
      const kept = branch === true ? item : branch && pick(item, branch);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

function omit(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((item) => omit(item, tree));
  if (!isDocument(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const branch = Object.hasOwn(tree, key) ? tree[key] : undefined;
      return branch === true ? [] : [[key, branch ? omit(item, branch) : item]];
    }),
  );
}

/** Includes or excludes fields, also by dotted paths. */
export function projector(projection: Document = {}): (document: Document) => Document {
  const { _id, ...fields } = projection;
  const paths = Object.keys(fields);
  if (paths.some((path) => path.startsWith('$') || path.includes('.$'))) {
    throw notImplemented('positional projections');
  }
  const kinds = new Set(Object.values(fields).map(included));
  if (kinds.size === 2) {
    const [inclusion] = [...Object.values(fields)].map(included);
    const odd = paths.find((path) => included(fields[path]) !== inclusion);
    throw inclusion
      ? new CommandFailure(31254, `Cannot do exclusion on field ${odd} in inclusion projection`)
      : new CommandFailure(31253, `Cannot do inclusion on field ${odd} in exclusion projection`);
  }
  const withId = _id === undefined || included(_id);
  const inclusive = kinds.size === 0 ? _id !== undefined && withId : kinds.has(true);
  if (inclusive) {
    const tree = toTree(withId ? ['_id', ...paths] : paths);
    return (document) => pick(document, tree) as Document;
  }
  const tree = toTree(withId ? paths : ['_id', ...paths]);
  return (document) => omit(document, tree) as Document;
}
