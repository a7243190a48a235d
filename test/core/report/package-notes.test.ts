import { describe, expect, test } from 'vitest';
import type { PackageManager } from '../../../src/core/answers/managers.ts';
import { packageNotes } from '../../../src/core/report/package-notes.ts';
import { PLAIN, STYLES } from '../../support/generated.ts';

function notesOn(packages: Record<string, string>, manager: PackageManager = 'npm') {
  return packageNotes(packages, { ...PLAIN, project: { ...PLAIN.project, manager } });
}

describe('a package is reported only if it is too old for the sessions, with the command that fixes it', () => {
  test.each([
    { name: 'koa', range: '^1.7.0', floor: '2.13' },
    { name: 'koa', range: '~2.7.0', floor: '2.13' },
    { name: 'koa-session', range: '^5.13.1', floor: '7.0' },
    { name: 'mongodb', range: '3.7.4', floor: '6.0' },
    { name: 'mongodb', range: '^4.0.0 || ^5.0.0', floor: '6.0' },
    { name: 'typescript', range: '4.x', floor: '5.0' },
  ])('$name $range', ({ name, range, floor }) => {
    expect(notesOn({ [name]: range })).toEqual([
      expect.stringMatching(
        `^package.json has ${escaped(name)} .*, and the sessions need ${floor} or later: \`npm install ${name}@\\d\`$`,
      ),
    ]);
  });

  // TypeScript 7 refuses `"moduleResolution": "node"`, and ts-jest refuses TypeScript 7.
  test('the command does not skip a major that is new enough', () => {
    expect(
      notesOn({ typescript: '^4.9.5', koa: '^1.7.0', mongodb: '^4.0.0', 'koa-session': '^6.2.0' }),
    ).toEqual([
      expect.stringMatching(/ koa@2`$/),
      expect.stringMatching(/ koa-session@7`$/),
      expect.stringMatching(/ mongodb@6`$/),
      expect.stringMatching(/ typescript@5`$/),
    ]);
  });

  test.each([
    { koa: '^2.13.0', typescript: '^5.0.4', '@types/koa': '^2.15.0', mongodb: '^6.0.0' },
    { koa: '2', typescript: '~5.9.3', mongodb: '>=5', tsx: '*', 'koa-session': 'latest' },
    { koa: 'workspace:*', mongodb: 'catalog:', 'koa-session': 'github:koajs/session' },
    {},
  ])('no note is shown for %j', (packages) => {
    expect(notesOn(packages)).toEqual([]);
  });
});

test('types for an older koa-session are to be removed, with the command of the package manager', () => {
  expect(notesOn({ '@types/koa-session': '^6.4.5' }, 'pnpm')).toEqual([
    expect.stringMatching(/: `pnpm remove @types\/koa-session`$/),
  ]);
});

test('a second connection next to Mongoose is reported', () => {
  const packages = { mongoose: '^8.0.0' };
  expect(packageNotes(packages, PLAIN)).toEqual([
    expect.stringMatching(/second connection: with --connection mongoose/),
  ]);
  expect(packageNotes(packages, { ...PLAIN, connection: STYLES.mongoose })).toEqual([]);
});

const escaped = (name: string) => name.replace('/', '\\/');
