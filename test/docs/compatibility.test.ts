import { expect, test } from 'vitest';
import { FLOORS } from '../../src/core/report/package-notes.ts';
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

test.each([
  { row: 'Koa', name: 'koa' },
  { row: 'koa-session', name: 'koa-session' },
  { row: '`mongodb`', name: 'mongodb' },
  { row: '`mongoose`', name: 'mongoose' },
  { row: 'TypeScript', name: 'typescript' },
])('of $row, the document names each version for which the program asks for a newer one', ({ row, name }) => {
  const [, tested = '', notes = ''] =
    COMPATIBILITY.match(new RegExp(`^\\| ${row} \\| ([^|]*) \\|(.*)`, 'm')) ?? [];
  const [major = 0, minor = 0] = FLOORS[name] ?? [];
  for (const release of tested.split(', ')) {
    const [ownMajor = 0, ownMinor = Infinity] = release.split('.').map(Number);
    const isTooOld = ownMajor < major || (ownMajor === major && ownMinor < minor);
    if (isTooOld) expect(notes).toMatch(new RegExp(`${release}.*the program asks for ${major}`));
  }
});
