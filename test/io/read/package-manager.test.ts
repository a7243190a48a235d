import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { detectPackageManager } from '../../../src/io/read/package-manager.ts';
import { temporaryFolder } from '../../support/program.ts';
import { writeTree } from '../../support/tree.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const PACKAGE = 'repository/packages/api';
const BUN = 'bun/1.2.0 npm/?';

const NAMED = '{"packageManager":"pnpm@9.0.0"}';

describe('the package manager', () => {
  test.each([
    { where: 'its lock file', tree: { [`${PACKAGE}/yarn.lock`]: '' }, manager: 'yarn' },
    { where: 'its package.json', tree: { [`${PACKAGE}/package.json`]: NAMED }, manager: 'pnpm' },
    {
      where: 'the devEngines of its package.json',
      tree: { [`${PACKAGE}/package.json`]: '{"devEngines":{"packageManager":{"name":"yarn"}}}' },
      manager: 'yarn',
    },
    {
      where: 'its package.json before a lock file, which may be a leftover',
      tree: { [`${PACKAGE}/yarn.lock`]: '', [`${PACKAGE}/package.json`]: NAMED },
      manager: 'pnpm',
    },
    {
      where: 'the top of its workspace, where it is installed, before a lock file of its own',
      tree: {
        'repository/package.json': '{"workspaces":["packages/*"]}',
        'repository/yarn.lock': '',
        [`${PACKAGE}/package-lock.json`]: '',
      },
      manager: 'yarn',
    },
    { where: 'its npm-shrinkwrap.json', tree: { [`${PACKAGE}/npm-shrinkwrap.json`]: '' }, manager: 'npm' },
    {
      where: 'a workspace of pnpm without a lock file',
      tree: { 'repository/pnpm-workspace.yaml': '' },
      manager: 'pnpm',
    },
    { where: 'the lock file of its workspace', tree: { 'repository/pnpm-lock.yaml': '' }, manager: 'pnpm' },
    {
      where: 'the package.json of its workspace',
      tree: { 'repository/package.json': NAMED },
      manager: 'pnpm',
    },
    {
      where: 'its own before those of its workspace',
      tree: { [`${PACKAGE}/package-lock.json`]: '', 'repository/pnpm-lock.yaml': '' },
      manager: 'npm',
    },
    {
      where: 'what is above a package.json that cannot be read',
      tree: {
        [`${PACKAGE}/package.json`]: '{',
        'repository/packages/package.json/folder': '',
        'repository/pnpm-lock.yaml': '',
      },
      manager: 'pnpm',
    },
    { where: 'nothing beyond its repository', tree: { 'pnpm-lock.yaml': '' }, manager: 'bun' },
    {
      where: 'nothing that is no package manager',
      tree: { 'repository/package.json': '{"packageManager":"rm@1.0.0"}' },
      manager: 'bun',
    },
  ])('is detected by $where', async ({ tree, manager }) => {
    const home = writeTree(await temporaryFolder(), { 'repository/.git/HEAD': '', ...tree });
    expect(detectPackageManager(join(home, PACKAGE), undefined, BUN)).toBe(manager);
  });
});

test('a lock file in a home folder that is a repository installs no project in it', async () => {
  const home = writeTree(await temporaryFolder(), { '.git/HEAD': '', 'yarn.lock': '' });
  vi.stubEnv('HOME', home);
  vi.stubEnv('USERPROFILE', home);
  expect(detectPackageManager(join(home, 'projects/shop'), undefined, BUN)).toBe('bun');
  expect(detectPackageManager(home, undefined, BUN)).toBe('yarn');
});

describe('outside of a repository, what installs a project', () => {
  const WORKSPACE = '{"workspaces":["packages/*"]}';

  test.each([
    { where: 'its own lock file', tree: { 'packages/api/yarn.lock': '' }, manager: 'yarn' },
    {
      where: 'the lock file of the workspace that names it',
      tree: { 'package.json': WORKSPACE, 'yarn.lock': '' },
      manager: 'yarn',
    },
    {
      where: 'the pnpm-workspace.yaml that names it',
      tree: { 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' },
      manager: 'pnpm',
    },
    {
      where: 'the lock file of the workspace that names it among others',
      tree: { 'package.json': '{"workspaces":["./{apps,packages}/**"]}', 'yarn.lock': '' },
      manager: 'yarn',
    },
    { where: 'no lock file that merely lies above', tree: { 'package-lock.json': '' }, manager: 'bun' },
    { where: 'no project that merely lies above', tree: { 'package.json': NAMED }, manager: 'bun' },
    {
      where: 'no workspace that excludes it',
      tree: { 'package.json': '{"workspaces":["packages/*","!packages/api"]}', 'yarn.lock': '' },
      manager: 'bun',
    },
    {
      where: 'no workspace that does not name it',
      tree: { 'package.json': '{"workspaces":["apps/*"]}', 'yarn.lock': '' },
      manager: 'bun',
    },
  ])('is told by $where', async ({ tree, manager }) => {
    const home = writeTree(await temporaryFolder(), tree);
    expect(detectPackageManager(join(home, 'packages/api'), undefined, BUN)).toBe(manager);
  });
});
