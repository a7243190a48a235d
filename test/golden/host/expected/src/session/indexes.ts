// create-koa-mongo-session: indexes
import { isDeepStrictEqual } from 'node:util';

/** As MongoDB lists it. Directions are numbers, but for indexes of other kinds. */
export interface Index {
  readonly name: string;
  readonly key: Record<string, number>;
  readonly expireAfterSeconds?: number;
  readonly unique?: boolean;
  readonly partialFilterExpression?: object;
}

/** TTL 0: each session ends at its own date, so that the index never has to change. */
const TTL_INDEX: Index = { name: 'session_ttl', key: { expiresAt: 1 }, expireAfterSeconds: 0 };
/** In its place where the database has no TTL on a date: the name tells the next run. */
export const PRUNE_INDEX: Index = { name: 'session_prune', key: { expiresAt: 1 } };
const WANTED = [TTL_INDEX];

/** Decided from the list alone: versions of MongoDB differ in what they take for the same index. */
export function planIndexes(listed: readonly Index[]) {
  // Not with the collation that the collection may have.
  const simple = listed.some((index) => 'collation' in index) ? { collation: { locale: 'simple' } } : {};
  const serving = listed.filter((index) => WANTED.some((wanted) => serves(index, wanted)));
  const missing = WANTED.filter((wanted) => !serving.some((index) => serves(index, wanted)));
  // Not every version lets two indexes with one key stand side by side.
  const drop = listed.filter(({ key }) => missing.some((wanted) => isDeepStrictEqual(wanted.key, key)));
  const refusals = listed.filter((index) => !drop.includes(index)).flatMap(refusalOf);
  const present = serving.map((index) => ({ ...index, ...simple }));
  const create = missing.map((wanted) => ({ ...wanted, ...simple }));
  return { present, drop, create, refusals };
}

/** Whatever its name. An option that is off is as good as none. */
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
