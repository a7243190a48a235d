import { basename, relative } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';
import { type Golden, goldens } from '../support/goldens.ts';
import { installProjects } from '../support/project.ts';
import { isExhaustive } from '../support/sampling.ts';
import type { Tree } from '../support/tree.ts';
import { ACCEPTED, RULES } from './switched-off.ts';

/** The settings shared by all projects, so that a file that several projects contain is linted only once. */
const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2023', lib: ['es2023'], types: ['node'], skipLibCheck: true },
    ...{ module: 'preserve', moduleResolution: 'bundler', allowImportingTsExtensions: true, noEmit: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  },
  include: ['**/*.ts'],
};

/** Each project with the files that no earlier project has at the same path with the same text. */
function withNews(projects: readonly Golden[]): { name: string; project: Tree; news: string[] }[] {
  const seen = new Set<string>();
  return projects.map(({ name, project }) => {
    const sources = Object.entries(project).filter(([path]) => path.endsWith('.ts'));
    const news = sources.filter((entry) => !seen.has(entry.join('\n')));
    for (const entry of news) seen.add(entry.join('\n'));
    return { name, project, news: news.map(([path]) => path) };
  });
}

interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly line: string;
  readonly message: string;
}

/** Lints with typescript-eslint's strictest type-checked sets. */
async function lint(projects: readonly Golden[]): Promise<Finding[]> {
  const given = withNews(projects);
  const own = { 'tsconfig.json': JSON.stringify(TSCONFIG) };
  const cwd = installProjects(
    Object.fromEntries(given.map(({ name, project }) => [name, { ...project, ...own }])),
  );
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [
      ...tseslint.configs.strictTypeChecked,
      ...tseslint.configs.stylisticTypeChecked,
      {
        linterOptions: { reportUnusedDisableDirectives: 'error' },
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: cwd } },
        rules: RULES,
      },
    ],
  });
  const results = await eslint.lintFiles(
    given.flatMap(({ name, news }) => news.map((path) => `${name}/${path}`)),
  );
  return results.flatMap(({ filePath, messages, source = '' }) =>
    messages.map(({ ruleId, line, message }) => ({
      file: relative(cwd, filePath),
      rule: ruleId ?? 'none',
      line: source.split('\n')[line - 1]?.trim() ?? '',
      message,
    })),
  );
}

const isAccepted = ({ file, rule, line }: Finding, accepted: (typeof ACCEPTED)[number]): boolean =>
  accepted.rule === rule && accepted.file === basename(file) && accepted.line === line;

/** Each line breaks a rule: `any`, an unused name, a promise that is not awaited. */
const WRONG: Tree = {
  'src/wrong.ts': `const unused = JSON.parse('{}').a;\nPromise.resolve();\nexport {};\n`,
};

test.runIf(isExhaustive)(
  'typescript-eslint, strict and stylistic, reports nothing for the generated code, and does report mistakes',
  async () => {
    const [first, ...others] = goldens;
    if (first === undefined) throw new Error('no golden');
    const all = await lint([{ ...first, project: { ...first.project, ...WRONG } }, ...others]);
    const isWrong = ({ file }: Finding) => file.endsWith('/src/wrong.ts');
    expect(
      all
        .filter(isWrong)
        .map(({ rule }) => rule)
        .sort(),
    ).toEqual([
      '@typescript-eslint/no-floating-promises',
      '@typescript-eslint/no-unsafe-assignment',
      '@typescript-eslint/no-unsafe-member-access',
      '@typescript-eslint/no-unused-vars',
    ]);
    const findings = all.filter((each) => !isWrong(each));
    expect(findings.filter((each) => !ACCEPTED.some((accepted) => isAccepted(each, accepted)))).toEqual([]);
    expect(
      ACCEPTED.filter((accepted) => !findings.some((each) => isAccepted(each, accepted))),
      'accepted, but no longer found',
    ).toEqual([]);
  },
);
