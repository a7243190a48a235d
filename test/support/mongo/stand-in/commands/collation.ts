import type { Document } from 'bson';
import type { Collection } from '../collection.ts';
import { CommandFailure, notImplemented } from '../errors.ts';
import type { Options } from '../options.ts';
import { equalValues } from '../values.ts';

/** Everything here is compared with the simple collation; another one would change results. */
export function refuseCollation(options: Options): void {
  const collation = options.document('collation');
  if (collation && collation.locale !== 'simple') throw notImplemented('collations');
}

/** A hint does not change results, unless the index is sparse or partial, which leaves documents out. */
export function checkHint(options: Options, collection: Collection | undefined): void {
  if (!options.has('hint')) return;
  const hint = options.raw('hint');
  if (typeof hint === 'object' && hint !== null && Object.hasOwn(hint, '$natural')) return;
  const index = collection?.indexes.find(
    (spec) => spec.name === hint || equalValues(spec.key, hint as Document),
  );
  if (!index) throw new CommandFailure(2, 'hint provided does not correspond to an existing index');
  const { sparse, partialFilterExpression: condition } = index;
  const isForAll = !sparse && (!condition || equalValues(condition, options.raw('filter') as Document));
  if (!isForAll) throw notImplemented('hints that leave documents out');
}
