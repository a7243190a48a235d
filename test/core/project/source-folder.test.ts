import { expect, test } from 'vitest';
import { sourceFolderOf } from '../../../src/core/project/source-folder.ts';

test.each([
  { rootDir: 'server', include: [], folder: 'server' },
  { rootDir: 'packages/api/lib', include: [], folder: 'packages/api/lib' },
  { rootDir: undefined, include: ['app/**/*.ts'], folder: 'app' },
  { rootDir: undefined, include: ['test', 'lib', 'src'], folder: 'src' },
  { rootDir: undefined, include: ['test/**/*', 'lib/index.ts'], folder: 'lib' },
  { rootDir: '', include: ['**/*.ts'], folder: 'src' },
  { rootDir: '', include: ['server'], folder: 'server' },
  { rootDir: '../shared', include: ['../shared/**'], folder: 'src' },
  { rootDir: undefined, include: [], folder: 'src' },
])('rootDir $rootDir and include $include: $folder', ({ rootDir, include, folder }) => {
  expect(sourceFolderOf({ rootDir, include })).toBe(folder);
});
