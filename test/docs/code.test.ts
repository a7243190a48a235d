import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { parseAnswersJson } from '../../src/core/answers/answers-json.ts';
import { problemsIn } from '../../src/core/answers/check.ts';
import { answersSchema } from '../../src/core/answers/schema.ts';
import type { Settings } from '../../src/core/answers/settings.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { PLAIN } from '../support/generated.ts';
import { TSC } from '../support/packages.ts';
import { allBlocks, type Block, blocksIn, ROOT } from './documents.ts';

/** Inside the repository, so that its packages are found. */
const PROJECTS = join(ROOT, 'test/.generated/documents');

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  },
  include: ['src'],
};

/** Declarations that blocks without imports rely on; the text of the documents explains them. */
const PREAMBLE = `import type Koa from 'koa';
import { closeConnections, sessions } from './session/index.ts';
import type { Sessions } from './session/sessions.ts';

type Handler = (ctx: Koa.Context & { readonly params: Readonly<Record<string, string>> }) => unknown;
declare const app: Koa;
declare const router: Record<'get' | 'post', (path: string, handler: Handler) => void>;
declare const store: Sessions;
declare const key: string;
void [closeConnections, sessions, app, router, store, key];

export async function block(ctx: Koa.Context): Promise<void> {
  void ctx;
  {
`;

const nameOf = ({ document, line }: Block): string =>
  `${document.replaceAll(/[^\w]+/g, '-')}-line-${line}.ts`;

const moduleOf = ({ text }: Block): string =>
  /^(import|export) /m.test(text) ? text : `${PREAMBLE}${text}  }\n}\n`;

/** With the properties from the example in the comment of SessionData, word for word. */
function withOwnData(text: string): string {
  const example = /`(export interface SessionData \{.*?\})`/.exec(text)?.[1];
  return example === undefined ? text : text.replace('export type SessionData = object;', example);
}

/** What a reader pastes into a project as it was generated. */
const firstBlocks = blocksIn('README.md')
  .filter(({ language }) => language === 'ts')
  .slice(0, 2);

const isFirst = ({ document, line }: Block): boolean =>
  firstBlocks.some((block) => block.document === document && block.line === line);
const blocks = allBlocks('ts').filter((block) => !isFirst(block));

async function problemsOf(name: string, settings: Settings, shown: readonly Block[]): Promise<string[]> {
  const folder = join(PROJECTS, name);
  const files = [
    ...renderFiles(settings, templates).map(({ path, text }) => ({ path, text: withOwnData(text) })),
    ...shown.map((block) => ({ path: `src/${nameOf(block)}`, text: moduleOf(block) })),
    { path: 'tsconfig.json', text: JSON.stringify(TSCONFIG) },
    { path: 'package.json', text: '{"type":"module"}' },
  ];
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const tsc = [TSC, '-p', folder, '--pretty', 'false'];
  const { stdout } = await execa('node', tsc, { cwd: ROOT, reject: false });
  return stdout.split('\n');
}

let problems: readonly string[] = [];

beforeAll(async () => {
  problems = await problemsOf('any', { ...PLAIN, userKey: 'userId' }, blocks);
});

test('the documents contain code', () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks)('$document, line $line: the code compiles with the generated files', (block) => {
  expect(problems.filter((line) => line.includes(nameOf(block)))).toEqual([]);
});

test('the first examples of the README compile in a new project without any edit', async () => {
  expect(firstBlocks).toHaveLength(2);
  expect(await problemsOf('new', { ...PLAIN, app: true }, firstBlocks)).toEqual(['']);
});

test.each(allBlocks('json'))('$document, line $line: --config accepts the answers', async ({ text }) => {
  expect(await problemsIn(parseAnswersJson(text))).toEqual([]);
  const validate = new Ajv({ strict: false }).compile(answersSchema());
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
});
