import { describe, expect, test } from 'vitest';
import { buildDoubts } from '../../../src/core/plan/build-doubts.ts';

const BUILD = { rootDir: undefined, outDir: 'dist', exclude: ['node_modules', 'dist'] };
const ADDED = ['scripts/migrate-sessions.ts', 'test/login.test.ts'];

describe('a warning about the build', () => {
  test('says which folders to exclude if new files would move the output', () => {
    expect(buildDoubts(BUILD, ['src/index.ts', 'src/routes/home.ts'], ADDED, 'tsconfig.json')).toEqual([
      'tsconfig.json includes scripts/ and test/: tsc would write to dist/src instead of dist, from which the app is started. Add "exclude": ["node_modules", "dist", "scripts", "test"] there.',
    ]);
  });

  test('names new files outside of the rootDir, also if nothing is emitted', () => {
    const build = { ...BUILD, rootDir: 'src', outDir: undefined };
    expect(buildDoubts(build, ['src/index.ts'], ADDED.slice(0, 1), 'tsconfig.json')).toEqual([
      'tsconfig.json includes scripts/, outside of its rootDir: tsc refuses to build. Add "exclude": ["node_modules", "dist", "scripts"] there.',
    ]);
  });

  test.each([
    { what: 'sources beside src', build: BUILD, before: ['src/index.ts', 'vitest.config.ts'] },
    { what: 'tests beside src', build: BUILD, before: ['src/index.ts', 'test/index.test.ts'] },
    { what: 'nothing written', build: { ...BUILD, outDir: undefined }, before: ['src/index.ts'] },
    { what: 'the project as rootDir', build: { ...BUILD, rootDir: '' }, before: ['src/index.ts'] },
    { what: 'a rootDir around the project', build: { ...BUILD, rootDir: '../..' }, before: ['src/index.ts'] },
    { what: 'no sources yet', build: BUILD, before: [] },
  ])('is not shown with $what', ({ build, before }) => {
    expect(buildDoubts(build, before, ADDED, 'tsconfig.json')).toEqual([]);
  });
});
