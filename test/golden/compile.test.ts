import { extname } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { COMPILED, compile, FLAGS } from '../support/compile.ts';
import { type Golden, goldenNamed, goldens, projectsOf } from '../support/goldens.ts';
import { installProject } from '../support/project.ts';
import { isExhaustive, oneIn, sample } from '../support/sampling.ts';
import type { Tree } from '../support/tree.ts';

const PACKAGES = {
  'the newest packages': {},
  'mongodb 6 and mongoose 8': { mongodb: 'mongodb6', mongoose: 'mongoose8' },
  '@types/koa 2': { '@types/koa': 'types-koa2' },
};

const COMPILATIONS = [
  { flags: 'strictest', packages: 'the newest packages' },
  { flags: 'strictest', packages: 'mongodb 6 and mongoose 8' },
  { flags: 'strictest', packages: '@types/koa 2' },
  { flags: 'loosest', packages: 'the newest packages' },
  { flags: 'without checks of function types', packages: 'the newest packages' },
  { flags: 'without null checks', packages: 'the newest packages' },
] as const;

/** The first set of flags finds most mistakes; an exhaustive run compiles with all of them. */
const compilations = isExhaustive ? COMPILATIONS : COMPILATIONS.slice(0, 1);
const formatted = sample(goldens, 1);
const sampled = oneIn(3);

test.each(compilations)(
  'the goldens compile with $packages and the flags $flags',
  async ({ flags, packages }) => {
    const tsconfig = { extends: './tsconfig.json', compilerOptions: { ...FLAGS[flags], noEmit: true } };
    expect(await compile(projectsOf(goldens), { tsconfig, aliases: PACKAGES[packages] })).toEqual(COMPILED);
  },
);

sampled('an app in a CommonJS project compiles and runs', async () => {
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

/** Line width and quotes are a matter of taste; everything else is the default of the tools. */
const BIOME = {
  formatter: { indentStyle: 'space', lineWidth: 110 },
  javascript: { formatter: { quoteStyle: 'single' } },
  linter: {
    rules: { preset: 'recommended', style: { noNonNullAssertion: 'error', useImportType: 'error' } },
  },
};
const PRETTIER = { printWidth: 110, singleQuote: true };

const FORMATTERS = [
  {
    tool: 'biome',
    config: BIOME,
    file: 'biome.json',
    args: ['check', '--error-on-warnings', '--reporter=github', '.'],
  },
  { tool: 'prettier', config: PRETTIER, file: '.prettierrc', args: ['--list-different', '.'] },
];

for (const { tool, config, file, args } of FORMATTERS) {
  sampled(`${tool} reports nothing for the goldens`, async () => {
    const all = Object.fromEntries(distinctFiles(formatted.map(writtenByUs)));
    const folder = installProject({ ...all, [file]: `${JSON.stringify(config, undefined, 2)}\n` });
    const { stdout, stderr, exitCode } = await execa(tool, args, {
      cwd: folder,
      localDir: process.cwd(),
      preferLocal: true,
      reject: false,
    });
    expect(`${exitCode} ${exitCode === 0 ? '' : stdout + stderr}`).toBe('0 ');
  });
}

/** All files except existing ones, which have the style of their user. */
function writtenByUs({ name, before, project }: Golden): Tree {
  const ours = Object.entries(project).filter(([path]) => !Object.hasOwn(before, path));
  return Object.fromEntries(ours.map(([path, text]) => [`${name}/${path}`, text]));
}

/** A file that several goldens share is checked once. */
function distinctFiles(trees: readonly Tree[]): [path: string, text: string][] {
  const files = trees.flatMap((tree) => Object.entries(tree));
  return [
    ...new Map(
      files.map(([path, text]) => [`${extname(path)} ${text}`, [path, text] as [string, string]]),
    ).values(),
  ];
}
