import { expect, test } from 'vitest';
import { textOf } from './documents.ts';

const { devDependencies } = JSON.parse(textOf('package.json')) as { devDependencies: Record<string, string> };

/** The releases of a package that the tests run with: its own, and those under other names. */
const installed = (name: string): string[] =>
  Object.entries(devDependencies).flatMap(([key, version]) => {
    const [, alias] = version.match(/^npm:(?:.*)@(.*)$/) ?? [];
    if (alias !== undefined) return version === `npm:${name}@${alias}` ? [alias] : [];
    return key === name ? [version] : [];
  });

const isOf = (version: string, release: string): boolean => `${version}.`.startsWith(`${release}.`);

const [, COMPATIBILITY = ''] = textOf('README.md').split('## Compatibility');

test.each([
  { row: 'Koa', name: 'koa', others: ['1.7.1'] },
  { row: 'koa-session', name: 'koa-session', others: ['5.13.1'] },
  { row: '`mongodb`', name: 'mongodb', others: [] },
  { row: '`mongoose`', name: 'mongoose', others: [] },
  { row: 'TypeScript', name: 'typescript', others: [] },
])('README says of $row that it is tested with the releases that are installed', ({ row, name, others }) => {
  const [, tested = ''] = COMPATIBILITY.match(new RegExp(`^\\| ${row} \\| ([^|]*) \\|`, 'm')) ?? [];
  const releases = tested.split(', ');
  // Some are there for the old apps that sessions are taken over from.
  const versions = installed(name).filter((version) => !others.includes(version));
  expect(versions.filter((version) => !releases.some((release) => isOf(version, release)))).toEqual([]);
  expect(releases.filter((release) => !versions.some((version) => isOf(version, release)))).toEqual([]);
});
