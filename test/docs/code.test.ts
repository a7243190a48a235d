import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { PLAIN } from '../support/generated.ts';
import { TSC } from '../support/packages.ts';
import { allBlocks, type Block, ROOT } from './documents.ts';

/** Inside the repository, so that its packages are found. */
const PROJECT = join(ROOT, 'test/.generated/documents');

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
import { sessions } from './session/index.ts';
import type { Sessions } from './session/sessions.ts';

type Handler = (ctx: Koa.Context & { readonly params: Readonly<Record<string, string>> }) => unknown;
declare const app: Koa;
declare const router: Record<'get' | 'post', (path: string, handler: Handler) => void>;
declare const store: Sessions;
declare const key: string;
void [sessions, app, router, store, key];

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

const blocks = allBlocks('ts');
let problems = '';

beforeAll(async () => {
  const settings = { ...PLAIN, userKey: 'userId' };
  const files = [
    ...renderFiles(settings, templates).map(({ path, text }) => ({ path, text: withOwnData(text) })),
    ...blocks.map((block) => ({ path: `src/${nameOf(block)}`, text: moduleOf(block) })),
    { path: 'tsconfig.json', text: JSON.stringify(TSCONFIG) },
    { path: 'package.json', text: '{"type":"module"}' },
  ];
  for (const { path, text } of files) {
    mkdirSync(dirname(join(PROJECT, path)), { recursive: true });
    writeFileSync(join(PROJECT, path), text);
  }
  const { stdout } = await execa('node', [TSC, '-p', PROJECT, '--pretty', 'false'], {
    cwd: ROOT,
    reject: false,
  });
  problems = stdout;
});

test('the documents contain code', () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks)('$document, line $line: the code compiles with the generated files', (block) => {
  const own = problems.split('\n').filter((line) => line.includes(nameOf(block)));
  expect(own).toEqual([]);
});
