import { CommandFailure } from './errors.ts';
import { describeIndex, type IndexSpec } from './index-spec.ts';
import { equalValues, formatValue } from './values.ts';
import { atLeast, type Version } from './version.ts';

const show = (index: IndexSpec): string => formatValue(describeIndex(index));

const sameKey = (a: IndexSpec, b: IndexSpec): boolean =>
  Object.keys(a.key).join() === Object.keys(b.key).join() &&
  equalValues(a.key, b.key) &&
  equalValues(a.collation, b.collation);

const samePartial = (a: IndexSpec, b: IndexSpec): boolean =>
  equalValues(a.partialFilterExpression, b.partialFilterExpression);

const sameFlags = (a: IndexSpec, b: IndexSpec): boolean => a.unique === b.unique && a.sparse === b.sparse;

const sameTtl = (a: IndexSpec, b: IndexSpec): boolean =>
  equalValues(a.expireAfterSeconds, b.expireAfterSeconds);

/** Whether the requested index exists. Throws code 85 or 86 if it exists with other options. */
export function alreadyThere(asked: IndexSpec, existing: readonly IndexSpec[], version: Version): boolean {
  return atLeast(version, 5) ? byIdentity(asked, existing) : byKey(asked, existing);
}

/** Up to 4.4, only the key and the collation identify an index. */
function byKey(asked: IndexSpec, existing: readonly IndexSpec[]): boolean {
  const sameOptions = (index: IndexSpec) =>
    samePartial(index, asked) && sameFlags(index, asked) && sameTtl(index, asked);
  const named = existing.find((index) => index.name === asked.name);
  if (named && !sameKey(named, asked)) {
    throw new CommandFailure(
      86,
      `Index must have unique name.The existing index: ${show(named)} has the same name as the requested index: ${show(asked)}`,
    );
  }
  if (named && !sameOptions(named)) {
    throw new CommandFailure(85, `Index with name: ${asked.name} already exists with different options`);
  }
  if (named) return true;
  const keyed = existing.find((index) => sameKey(index, asked));
  if (keyed && !sameOptions(keyed)) {
    throw new CommandFailure(
      85,
      `Index: ${show(asked)} already exists with different options: ${show(keyed)}`,
    );
  }
  if (keyed) throw otherName(keyed);
  return false;
}

/** From 5.0 on, unique, sparse and the partial filter also identify an index; the TTL never does. */
function byIdentity(asked: IndexSpec, existing: readonly IndexSpec[]): boolean {
  const isSame = (index: IndexSpec) =>
    sameKey(index, asked) && samePartial(index, asked) && sameFlags(index, asked);
  const named = existing.find((index) => index.name === asked.name);
  if (named && !isSame(named)) {
    throw new CommandFailure(
      86,
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${show(asked)}, existing index: ${show(named)}`,
    );
  }
  if (named && !sameTtl(named, asked)) {
    throw new CommandFailure(
      85,
      `An equivalent index already exists with the same name but different options. Requested index: ${show(asked)}, existing index: ${show(named)}`,
    );
  }
  if (named) return true;
  const identical = existing.find(isSame);
  if (identical && !sameTtl(identical, asked)) {
    throw new CommandFailure(
      85,
      `An equivalent index already exists with a different name and options. Requested index: ${show(asked)}, existing index: ${show(identical)}`,
    );
  }
  if (identical) throw otherName(identical);
  return false;
}

const otherName = (index: IndexSpec): CommandFailure =>
  new CommandFailure(85, `Index already exists with a different name: ${index.name}`);
