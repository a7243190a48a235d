import { expect, test } from 'vitest';
import { textOf } from './documents.ts';

const { devDependencies } = JSON.parse(textOf('package.json')) as { devDependencies: Record<string, string> };

/** The versions of a package that the tests use, including those installed under other names. */
const installed = (name: string): string[] =>
  Object.entries(devDependencies).flatMap(([key, version]) => {
    const [, alias] = version.match(/^npm:(?:.*)@(.*)$/) ?? [];
    if (alias !== undefined) return version === `npm:${name}@${alias}` ? [alias] : [];
    return key === name ? [version] : [];
  });

const isOf = (version: string, release: string): boolean => `${version}.`.startsWith(`${release}.`);

const COMPATIBILITY = textOf('docs/compatibility.md');

test.each([
  { row: 'Koa', name: 'koa', others: ['1.7.1'] },
  { row: 'koa-session', name: 'koa-session', others: ['5.13.1'] },
  { row: '`mongodb`', name: 'mongodb', others: [] },
  { row: '`mongoose`', name: 'mongoose', others: [] },
  { row: 'TypeScript', name: 'typescript', others: [] },
])('the documented versions of $row are those that the tests use', ({ row, name, others }) => {
  const [, tested = ''] = COMPATIBILITY.match(new RegExp(`^\\| ${row} \\| ([^|]*) \\|`, 'm')) ?? [];
  const releases = tested.split(', ');
  // Some versions are only for the old apps in the tests of adoption.
  const versions = installed(name).filter((version) => !others.includes(version));
  expect(versions.filter((version) => !releases.some((release) => isOf(version, release)))).toEqual([]);
  expect(releases.filter((release) => !versions.some((version) => isOf(version, release)))).toEqual([]);
});
