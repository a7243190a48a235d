import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run, temporaryFolder } from '../support/program.ts';
import { writeTree } from '../support/tree.ts';

/** A project of the user's, whose tsconfig says this. */
async function projectWith(tsconfig: object): Promise<string> {
  return writeTree(await temporaryFolder(), {
    'package.json': '{"name":"shop"}',
    'tsconfig.json': JSON.stringify(tsconfig),
    'src/index.ts': 'export {};\n',
  });
}

const OUTPUT = { module: 'nodenext', outDir: './dist' };

describe('a build that takes in every file', () => {
  test.each([
    { tsconfig: { compilerOptions: OUTPUT, exclude: ['node_modules', 'dist'] }, says: 'to dist/src' },
    { tsconfig: { compilerOptions: { ...OUTPUT, rootDir: './src' } }, says: 'outside of its rootDir' },
    { tsconfig: { compilerOptions: OUTPUT, include: ['**/*.ts'] }, says: 'to dist/src' },
  ])('is warned of once, with the line that mends it: $tsconfig', async ({ tsconfig, says }) => {
    const cwd = await projectWith(tsconfig);
    const { exitCode, stderr } = await run(['--yes'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(says);
    expect(stderr).toContain('"dist", "scripts"] there.');
    expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('with an app, its test is to be left out, too', async () => {
    const cwd = await projectWith({ compilerOptions: OUTPUT });
    const { stderr } = await run(['--yes', '--app'], { cwd });
    expect(stderr).toContain('["dist", "test", "scripts"]');
  });
});

test.each([
  { compilerOptions: OUTPUT, include: ['src'] },
  { compilerOptions: OUTPUT, files: ['src/index.ts'] },
  { compilerOptions: OUTPUT, exclude: ['node_modules', 'dist', 'scripts'] },
  { compilerOptions: { ...OUTPUT, noEmit: true } },
  { compilerOptions: { ...OUTPUT, rootDir: '.' } },
  { compilerOptions: { module: 'nodenext' } },
])('a build that stays as it was is not warned of: %j', async (tsconfig) => {
  const cwd = await projectWith(tsconfig);
  expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each([
  {
    tsconfig: { compilerOptions: { module: 'nodenext', rootDir: 'server' } },
    args: ['--dir', 'lib/session'],
    says: 'lib/session is outside of the rootDir of tsconfig.json: tsc refuses to build. Give --dir server/session.',
  },
  {
    tsconfig: { compilerOptions: { module: 'commonjs', esModuleInterop: false }, include: ['src'] },
    args: [],
    says: 'tsconfig.json has no "esModuleInterop": true',
  },
  {
    tsconfig: { compilerOptions: { module: 'nodenext', verbatimModuleSyntax: true }, include: ['src'] },
    args: [],
    says: 'tsconfig.json has "verbatimModuleSyntax"',
  },
])('a build that would break is not broken without a word: $tsconfig', async ({ tsconfig, args, says }) => {
  const cwd = await projectWith(tsconfig);
  expect((await run(['--yes', ...args], { cwd })).stderr).toContain(says);
});

test.each([
  { compilerOptions: { rootDir: null, outDir: null, module: null, extends: null } },
  { compilerOptions: null },
  { files: [], references: [{ path: './nowhere' }] },
  { files: [], references: [{ path: '.' }] },
])('what tsc reads is no mistake of the program: %j', async (tsconfig) => {
  const cwd = await projectWith(tsconfig);
  expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0 });
});

test('imports end as they did while what the tsconfig extends is not installed', async () => {
  const cwd = writeTree(await projectWith({ extends: '@tsconfig/node20' }), {
    'node_modules/@tsconfig/node20/tsconfig.json': '{"compilerOptions":{"module":"nodenext"}}',
  });
  await run(['--yes'], { cwd });
  rmSync(`${cwd}/node_modules`, { recursive: true });
  const { exitCode, stdout, stderr } = await run(['--yes'], { cwd });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.not.stringContaining('updated') });
  expect(stderr).toContain('imports end as they did before');
});
