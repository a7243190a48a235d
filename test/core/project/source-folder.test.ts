import { expect, test } from 'vitest';
import { folderAround, sourceFolderOf } from '../../../src/core/project/source-folder.ts';

test.each([
  { rootDir: 'server', include: [], folder: 'server' },
  { rootDir: 'packages/api/lib', include: [], folder: 'packages/api/lib' },
  { rootDir: 'src/scripts', include: [], folder: 'src/scripts' },
  { rootDir: 'apps/test/src', include: [], folder: 'apps/test/src' },
  { rootDir: undefined, include: ['app/**/*.ts'], folder: 'app' },
  { rootDir: undefined, include: ['test', 'lib', 'src'], folder: 'src' },
  { rootDir: undefined, include: ['test/**/*', 'lib/index.ts'], folder: 'lib' },
  { rootDir: '', include: ['**/*.ts'], folder: 'src' },
  { rootDir: '', include: ['server'], folder: 'server' },
  { rootDir: '../shared', include: ['../shared/**'], folder: 'src' },
  { rootDir: undefined, include: [], folder: 'src' },
  { rootDir: undefined, include: ['vite.config.ts', 'server'], folder: 'server' },
  { rootDir: undefined, include: ['index.ts'], folder: 'src' },
])('rootDir $rootDir and include $include: $folder', ({ rootDir, include, folder }) => {
  expect(sourceFolderOf({ rootDir, include })).toBe(folder);
});

test.each([
  [undefined, 'src'],
  ['app.js', 'src'],
  ['lib/server.js', 'lib'],
  ['server/http/app.js', 'server/http'],
  ['src/server/app.js', 'src'],
  ['packages/api/src/http/app.js', 'packages/api/src'],
  ['bin/www.js', 'src'],
  ['lib/test/app.js', 'src'],
  ['dist/app.js', 'src'],
])('without a build, sources are around the app %s: %s', (app, folder) => {
  expect(folderAround(app)).toBe(folder);
});

test.each([
  { include: ['types', 'server'], folder: 'server' },
  { include: ['src', 'server'], folder: 'server' },
  { include: ['vite.config.ts'], folder: 'server' },
])('with the app server/app.ts and include $include: $folder', ({ include, folder }) => {
  expect(sourceFolderOf({ rootDir: undefined, include }, 'server/app.ts')).toBe(folder);
});

test('a build that takes everything leaves it to the app', () => {
  const everything = { rootDir: undefined, include: ['**/*'] };
  expect(sourceFolderOf(everything, 'lib/server.ts')).toBe('lib');
  expect(sourceFolderOf({ ...everything, rootDir: 'server' }, 'lib/server.ts')).toBe('server');
});
