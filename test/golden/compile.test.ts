import { extname } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { COMPILED, compile } from '../support/compile.ts';
import { type Golden, goldenNamed, goldens } from '../support/goldens.ts';
import { installProject } from '../support/project.ts';
import type { Tree } from '../support/tree.ts';

/** Flags that forbid something; the generated code promises to pass each, and to pass without. */
const CHECKS = [
  ...['strict', 'exactOptionalPropertyTypes', 'noUncheckedIndexedAccess', 'verbatimModuleSyntax'],
  ...['isolatedModules', 'noImplicitOverride', 'noImplicitReturns', 'noFallthroughCasesInSwitch'],
  ...['noUnusedLocals', 'noUnusedParameters', 'noPropertyAccessFromIndexSignature'],
];
/** TypeScript knows these from 5.6 and 5.8 on. */
const LATER_CHECKS = ['noUncheckedSideEffectImports', 'erasableSyntaxOnly'];

const flags = (names: readonly string[], value: boolean) =>
  Object.fromEntries(names.map((name) => [name, value]));

const STRICTEST = flags(CHECKS, true);
const LOOSEST = flags(CHECKS, false);
const WITHOUT_NULL_CHECKS = { ...STRICTEST, strictNullChecks: false, exactOptionalPropertyTypes: false };

const OLDER_DATABASES = { mongodb: 'mongodb6', mongoose: 'mongoose8' };

const projects = (selected: readonly Golden[]) =>
  Object.fromEntries(selected.map(({ name, project }) => [name, project]));

describe('the goldens compile, with their own tsconfig', () => {
  test.each([
    { what: 'the strictest flags', compilerOptions: STRICTEST },
    {
      what: 'the strictest flags, mongodb 6 and mongoose 8',
      compilerOptions: STRICTEST,
      aliases: OLDER_DATABASES,
    },
    {
      what: 'the strictest flags and @types/koa 2',
      compilerOptions: STRICTEST,
      aliases: { '@types/koa': 'types-koa2' },
    },
    { what: 'the loosest flags', compilerOptions: LOOSEST },
    { what: 'no null checks', compilerOptions: WITHOUT_NULL_CHECKS },
  ])('and $what', async ({ compilerOptions, aliases = {} }) => {
    const later = flags(LATER_CHECKS, compilerOptions !== LOOSEST);
    const tsconfig = {
      extends: './tsconfig.json',
      compilerOptions: { ...later, ...compilerOptions, noEmit: true },
    };
    expect(await compile(projects(goldens), { tsconfig, aliases })).toEqual(COMPILED);
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
  const all = Object.fromEntries(distinctFiles(goldens.map(writtenByUs)));
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

/** A file that several goldens share is looked at once. */
function distinctFiles(trees: readonly Tree[]): [path: string, text: string][] {
  const files = trees.flatMap((tree) => Object.entries(tree));
  return [
    ...new Map(
      files.map(([path, text]) => [`${extname(path)} ${text}`, [path, text] as [string, string]]),
    ).values(),
  ];
}
