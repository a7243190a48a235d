// create-koa-mongo-session: indexes
import { isDeepStrictEqual } from 'node:util';

/** As MongoDB lists it. Directions are numbers, but for indexes of other kinds. */
export interface Index {
  readonly name: string;
  readonly key: Record<string, number>;
  readonly expireAfterSeconds?: number;
  readonly unique?: boolean;
}

/** TTL 0: each session ends at its own date, so that the index never has to change. */
const TTL_INDEX: Index = { name: 'session_ttl', key: { expiresAt: 1 }, expireAfterSeconds: 0 };
/** In its place where the database has no TTL on a date: the name tells the next run. */
export const PRUNE_INDEX: Index = { name: 'session_prune', key: { expiresAt: 1 } };
const WANTED = [TTL_INDEX];

/**
 * What the indexes of a collection need: those that serve already, those to drop in favour of a wanted one, those to
 * create, and why sessions cannot live with the rest. Pure: servers differ in what they take for the same index.
 */
export function planIndexes(listed: readonly Index[]) {
  // Not with the collation that the collection may have.
  const simple = listed.some((index) => 'collation' in index) ? { collation: { locale: 'simple' } } : {};
  const serving = listed.filter((index) => WANTED.some((wanted) => serves(index, wanted)));
  const missing = WANTED.filter((wanted) => !serving.some((index) => serves(index, wanted)));
  const drop = listed.filter((index) => {
    const wanted = WANTED.find(({ key }) => isDeepStrictEqual(key, index.key));
    // Not every version lets two indexes with one key stand side by side.
    return wanted && !serving.includes(index) && (index.unique || missing.includes(wanted));
  });
  const rest = listed.filter((index) => !drop.includes(index));
  const create = missing.map((wanted) => ({ ...wanted, ...simple }));
  const present = serving.map((index) => ({ ...index, ...simple }));
  return { present, drop, create, refusals: rest.flatMap(refusalOf) };
}

export function describe({ name, key, expireAfterSeconds, unique }: Index): string {
  const ttl = expireAfterSeconds === undefined ? '' : `, TTL ${expireAfterSeconds} s`;
  return `${name} (${JSON.stringify(key)}${ttl}${unique ? ', unique' : ''})`;
}

/** Whatever its name. */
function serves(index: Index, wanted: Index): boolean {
  const isInPlace = wanted === TTL_INDEX && index.name === PRUNE_INDEX.name;
  return isDeepStrictEqual(optionsOf(index), optionsOf(isInPlace ? PRUNE_INDEX : wanted));
}

/** An option that is off is as good as none. */
function optionsOf(index: Index): object {
  const ignored = ['v', 'ns', 'name', 'background'];
  const options = Object.entries(index).filter(([name, value]) => !ignored.includes(name) && value !== false);
  return Object.fromEntries(options);
}

function refusalOf(index: Index): string[] {
  const { key, expireAfterSeconds: ttl, unique } = index;
  const isEnd = ttl !== undefined && ('createdAt' in key || 'updatedAt' in key);
  if (isEnd) return [`the index ${describe(index)} would end sessions too early`];
  return unique && !('_id' in key) ? [`the index ${describe(index)} would refuse sessions`] : [];
}
