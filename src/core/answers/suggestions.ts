import type { Packages, ProjectFacts } from './project-facts.ts';
import type { ConnectionStyle } from './styles.ts';

/** Its session property is known. */
export const PASSPORT = 'koa-passport';

/** Longest database name that is suggested, in characters; all of them are ASCII. */
const SUGGESTED_NAME = 48;

/** MongoDB's own databases. Their names are the same in any case. */
const OF_MONGODB = /^(?:admin|config|local)$/i;

/** The name of the project without its scope, as a database name that needs no quotes in a shell. */
export function suggestDatabase({ name }: Pick<ProjectFacts, 'name'>): string {
  const plain = name
    .replace(/^@[^/]*\//, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, SUGGESTED_NAME);
  return OF_MONGODB.test(plain) ? `${plain}-app` : plain || 'app';
}

/** The style that matches the packages of the project. */
export function styleIn(packages: Packages): ConnectionStyle | undefined {
  if (Object.hasOwn(packages, 'mongoose')) return 'mongoose';
  return Object.hasOwn(packages, 'mongodb') ? 'db' : undefined;
}
