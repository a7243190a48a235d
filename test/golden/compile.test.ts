import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { type Golden, goldenNamed, goldens } from '../support/goldens.ts';
import { installProject } from '../support/project.ts';
import type { Tree } from '../support/tree.ts';

/** What the generated code promises to pass, whatever the tsconfig of the project asks for. */
const STRICTEST = [
  ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--verbatimModuleSyntax'],
  ...['--erasableSyntaxOnly', '--isolatedModules', '--noImplicitOverride', '--noImplicitReturns'],
  ...['--noFallthroughCasesInSwitch', '--noUnusedLocals', '--noUnusedParameters'],
  ...['--noPropertyAccessFromIndexSignature', '--noUncheckedSideEffectImports'],
];

const RELEASES = [
  { release: 'the newest packages', aliases: {} },
  { release: 'mongodb 6 and mongoose 8', aliases: { mongodb: 'mongodb6', mongoose: 'mongoose8' } },
];

describe.each(goldens)('$name', ({ project: tree }) => {
  test.each(RELEASES)('compiles against $release', async ({ aliases }) => {
    const project = installProject(tree, aliases);
    const { stdout } = await execa('tsc', ['--noEmit', ...STRICTEST], {
      cwd: project,
      localDir: project,
      preferLocal: true,
      reject: false,
    });
    expect(stdout).toBe('');
  });
});

test('an app in a CommonJS project compiles and runs', async () => {
  const { project } = goldenNamed('existing-with-app');
  const { type: _, ...manifest } = JSON.parse(project['package.json'] ?? '');
  const compilerOptions = {
    ...{ target: 'es2023', module: 'commonjs', rootDir: '.', outDir: 'out', types: ['node'] },
    ...{ esModuleInterop: true, strict: true, skipLibCheck: true },
  };
  const cwd = installProject({
    ...project,
    'package.json': JSON.stringify(manifest),
    'tsconfig.json': JSON.stringify({ compilerOptions }),
  });
  const options = { cwd, localDir: cwd, preferLocal: true, reject: false, all: true } as const;
  expect((await execa('tsc', [], options)).all).toBe('');
  const { all } = await execa('node', ['out/src/server.js'], { ...options, env: { PORT: 'none' } });
  expect(all).toContain('Cannot start: PORT is "none"');
});

/** Width and quotes are a matter of taste; all else is as the tools have it. */
const BIOME = {
  formatter: { indentStyle: 'space', lineWidth: 110 },
  javascript: { formatter: { quoteStyle: 'single' } },
  linter: {
    rules: { preset: 'recommended', style: { noNonNullAssertion: 'error', useImportType: 'error' } },
  },
};
const PRETTIER = { printWidth: 110, singleQuote: true };

test.each([
  {
    tool: 'biome',
    config: BIOME,
    file: 'biome.json',
    args: ['check', '--error-on-warnings', '--reporter=github', '.'],
  },
  { tool: 'prettier', config: PRETTIER, file: '.prettierrc', args: ['--list-different', '.'] },
])('$tool has nothing to say about any golden', async ({ tool, config, file, args }) => {
  const all: Tree = Object.assign({}, ...goldens.map(writtenByUs));
  const folder = installProject({ ...all, [file]: `${JSON.stringify(config, undefined, 2)}\n` });
  const { stdout, stderr, exitCode } = await execa(tool, args, {
    cwd: folder,
    localDir: process.cwd(),
    preferLocal: true,
    reject: false,
  });
  expect(`${exitCode} ${exitCode === 0 ? '' : stdout + stderr}`).toBe('0 ');
});

/** All but what was there before, whose style is the user's. */
function writtenByUs({ name, before, project }: Golden): Tree {
  const ours = Object.entries(project).filter(([path]) => !Object.hasOwn(before, path));
  return Object.fromEntries(ours.map(([path, text]) => [`${name}/${path}`, text]));
}
