// create-koa-mongo-session: indexes
import { isDeepStrictEqual } from 'node:util';

/** An index as MongoDB lists it. Special kinds, such as text indexes, have strings in place of directions. */
export interface Index {
  readonly name: string;
  readonly key: Record<string, number>;
  readonly expireAfterSeconds?: number;
  readonly unique?: boolean;
  readonly partialFilterExpression?: object;
}

/** TTL 0: each session ends at its own date, so that the index never has to change. */
const TTL_INDEX: Index = { name: 'session_ttl', key: { expiresAt: 1 }, expireAfterSeconds: 0 };
/** Used instead if the database has no TTL on a date. The next run recognizes it by its name. */
export const PRUNE_INDEX: Index = { name: 'session_prune', key: { expiresAt: 1 } };
const WANTED = [TTL_INDEX];

/** Compares the indexes itself, since versions of MongoDB differ in which they treat as the same. */
export function planIndexes(listed: readonly Index[]) {
  // Otherwise, an index would inherit the collation of the collection.
  const simple = listed.some((index) => 'collation' in index) ? { collation: { locale: 'simple' } } : {};
  const withCollation = (index: Index) => ({ ...index, ...simple });
  const serving = listed.filter((index) => WANTED.some((wanted) => serves(index, wanted)));
  const missing = WANTED.filter((wanted) => !serving.some((index) => serves(index, wanted)));
  // No version allows two indexes with the same name, and not every one two with the same key.
  const isSame = (a: Index, b: Index) => a.name === b.name || isDeepStrictEqual(a.key, b.key);
  const drop = listed.filter((index) => missing.some((wanted) => isSame(wanted, index)));
  const refusals = listed.filter((index) => !drop.includes(index)).flatMap(refusalOf);
  return { present: serving.map(withCollation), drop, create: missing.map(withCollation), refusals };
}

/** Its name does not matter. An option that is `false` counts as absent. */
function serves(index: Index, wanted: Index): boolean {
  const expected = index.name === PRUNE_INDEX.name ? PRUNE_INDEX : wanted;
  const ignored = ['v', 'ns', 'background'];
  const options = Object.entries(index).filter(([name, value]) => !ignored.includes(name) && value !== false);
  return isDeepStrictEqual(Object.fromEntries(options), { ...expected, name: index.name });
}

function refusalOf(index: Index): string[] {
  const { key, expireAfterSeconds: ttl, unique } = index;
  const isEnd = ttl !== undefined && ('createdAt' in key || 'updatedAt' in key);
  if (isEnd) return [`the index ${JSON.stringify(index)} would end sessions too early`];
  return unique && !('_id' in key) ? [`the index ${JSON.stringify(index)} would refuse sessions`] : [];
}
