import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasNegation, negatedFlag } from '../../src/core/answers/flag-names.ts';
import type { Option } from '../../src/core/answers/option-row.ts';
import { OPTION_NAMES, optionOf } from '../../src/core/answers/options.ts';
import { RUN_FLAGS } from '../../src/core/answers/run-flags.ts';

/** Name of a part → its text. In a document, a part stands between `<!-- name -->` and `<!-- /name -->`. */
const parts = (): Readonly<Record<string, string>> => ({
  options: optionTables(),
  tree: tree(),
  measured: measured(),
});

/** The documents with generated parts. */
export const WITH_PARTS = ['README.md', 'docs/options.md'];

/** The document with its parts up to date. */
export function withParts(document: string): string {
  return Object.entries(parts()).reduce((text, [name, part]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- /${name} -->)`);
    return text.replace(place, (_, start, end) => `${start}\n${part}${end}`);
  }, document);
}

const RESULTS = join(import.meta.dirname, '../../bench/results');

interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Some of what `npm run bench` has measured: this program and others that create projects. */
function measured(): string {
  const cell = (topic: string, row: string, column: string): string => {
    const { columns, rows }: Result = JSON.parse(readFileSync(join(RESULTS, `${topic}.json`), 'utf8'));
    const found = rows.find(([name]) => name === row)?.[columns.indexOf(column)];
    if (found === undefined) throw new Error(`bench/results/${topic}.json has no ${row}, ${column}`);
    return found.replace(/ · .*/, '').replaceAll('*', '');
  };
  const programs = ['create-koa-mongo-session', 'create-vite', 'create-hono'];
  const line = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line('', ...programs),
    line('---', ...programs.map(() => '---')),
    line('download, kB', ...programs.map((name) => cell('weight', name, 'packed'))),
    line('first `npx`, relative time', ...programs.map((name) => cell('npx', name, 'time'))),
    '',
    '[All measurements](bench/RESULTS.md)\n',
  ].join('\n');
}

function optionTables(): string {
  const rows: readonly Row[] = [
    ...OPTION_NAMES.map((name) => ({ ...optionOf(name), negation: negationOf(name) })),
    ...Object.values(RUN_FLAGS).map((row) => ({ ...row, negation: '' })),
  ];
  return [...new Set(rows.map(({ group }) => group))]
    .map((group) =>
      table(
        group,
        rows.filter((row) => row.group === group),
      ),
    )
    .join('\n');
}

type Row = Pick<Option, 'flag' | 'group' | 'help'> &
  Partial<Pick<Option, 'default' | 'choices' | 'kind'>> & { readonly negation: string };

function negationOf(name: (typeof OPTION_NAMES)[number]): string {
  const option = optionOf(name);
  return hasNegation(option) && option.takes !== true ? negatedFlag(name) : '';
}

const table = (group: string, rows: readonly Row[]): string =>
  [`| ${group} | default | |`, '| --- | --- | --- |', ...rows.map(rowText), ''].join('\n');

function rowText({ flag, help, default: fallback, choices, kind, negation }: Row): string {
  const names = [flag, negation].filter((name) => name !== '').map(code);
  const among = choices === undefined ? '' : `: ${Object.keys(choices).map(code).join(', ')}`;
  const shown =
    fallback === undefined || (kind === 'switch' && fallback === false) ? '' : code(String(fallback));
  return `| ${names.join('<br>')} | ${shown} | ${cell(help)}${among} |`;
}

const code = (text: string): string => `\`${cell(text)}\``;

const cell = (text: string): string => text.replaceAll('|', '\\|');

const PLAIN_PROJECT = join(import.meta.dirname, '../../test/golden/url/expected');

/** The files of a new project with a connection string, each with its length. */
function tree(): string {
  return ['```text', ...branches(PLAIN_PROJECT, 0), '```', ''].join('\n');
}

function branches(folder: string, depth: number): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const [folders, files] = [
    entries.filter((each) => each.isDirectory()),
    entries.filter((each) => each.isFile()),
  ];
  const indent = '  '.repeat(depth);
  return [
    ...folders.flatMap(({ name }) => [`${indent}${name}/`, ...branches(join(folder, name), depth + 1)]),
    ...files.map(({ name }) => `${`${indent}${nameOf(name)}`.padEnd(32)}${lengthOf(join(folder, name))}`),
  ];
}

/** git would apply a file with this name in our repository. */
const nameOf = (name: string): string => (name === 'gitignore' ? '.gitignore' : name);

function lengthOf(path: string): string {
  const lines = readFileSync(path, 'utf8').split('\n').length - 1;
  return `${String(lines).padStart(4)} lines`;
}
