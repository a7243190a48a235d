import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import manifestSchema from '../../../src/core/project/manifest.schema.json' with { type: 'json' };
import { formatManifest, type Manifest, parseManifest } from '../../../src/core/project/manifest.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../schema/manifest.schema.json'), 'utf8'),
);
const obeysSchema = new Ajv().compile(schema);

test('the published schema is up to date (npm run schema)', () => {
  expect(schema).toEqual(manifestSchema);
});

const FILE = {
  id: 'store',
  path: 'lib/store.ts',
  generatedPath: 'src/session/store.ts',
  sha256: '0'.repeat(64),
  state: 'written',
} as const;
const MANIFEST: Manifest = {
  generator: '1.2.3',
  project: 'existing',
  answers: { connection: 'url', ttl: '14d' },
  files: [FILE],
};

const raw = (changes: object = {}) => ({ schemaVersion: 2, ...MANIFEST, ...changes });
const parse = (value: unknown) => parseManifest(JSON.stringify(value), '1.2.3');
const withFile = (changes: object) => raw({ files: [{ ...FILE, ...changes }] });

test('a written manifest can be read back, and matches the published schema', () => {
  const text = formatManifest(MANIFEST);
  expect(parseManifest(text, '1.2.3')).toEqual(MANIFEST);
  expect(obeysSchema(JSON.parse(text))).toBe(true);
});

test('a manifest with different formatting keeps it', () => {
  const tabs = formatManifest(MANIFEST).replaceAll(/^ +/gm, (indent) => '\t'.repeat(indent.length / 2));
  const oneLine = JSON.stringify(JSON.parse(tabs));
  expect(formatManifest(MANIFEST, tabs)).toBe(tabs);
  expect(formatManifest(MANIFEST, oneLine)).toBe(oneLine);
  expect(formatManifest({ ...MANIFEST, generator: '1.2.4' }, tabs)).toBe(tabs.replace('1.2.3', '1.2.4'));
});

test('a manifest of version 1, which had no moved files, is migrated', () => {
  const { generatedPath: _, ...file } = FILE;
  expect(parse(raw({ schemaVersion: 1, files: [file] })).files).toEqual([
    { ...file, generatedPath: file.path },
  ]);
});

const HOSTILE_PATHS = [
  '../outside.ts',
  'src/../../outside.ts',
  '/etc/passwd',
  'C:/outside.ts',
  '..\\outside.ts',
  'src//store.ts',
  './store.ts',
  'src/',
  '',
  'src/\u0000.ts',
  'src/\u001b[2J.ts',
  'src/store.ts.',
  '.git/hooks/pre-commit',
  '.GIT/config',
  'node_modules/koa/index.js',
  'packages/a/node_modules/koa/index.js',
  '.koa-mongo-session/manifest.json',
  'package.json',
  'Package.JSON',
  '.env',
  '.gitignore',
  `${'a/'.repeat(250)}b.ts`,
];

const MANY = Array.from({ length: 201 }, (_, at) => ({ ...FILE, id: `file-${at}`, path: `${at}.ts` }));

const REFUSED: readonly (readonly [string, object])[] = [
  ...HOSTILE_PATHS.map((path) => [`path ${JSON.stringify(path.slice(0, 30))}`, withFile({ path })] as const),
  ['a generated path out of the project', withFile({ generatedPath: '../x.ts' })],
  ['a path that is not a string', withFile({ path: ['src/store.ts'] })],
  ['an id that is not a name', withFile({ id: '../store' })],
  ['an invalid hash', withFile({ sha256: 'abc' })],
  ['an unknown state', withFile({ state: 'gone' })],
  ['a file that is not an object', raw({ files: ['src/store.ts'] })],
  ['files that are not a list', raw({ files: { 0: FILE } })],
  ['more files than there can be', raw({ files: MANY })],
  ['answers that are not an object', raw({ answers: ['url'] })],
  ['an unknown kind of project', raw({ project: 'mine' })],
  ['no version of the generator', raw({ generator: undefined })],
  ['an invalid version', raw({ generator: '1.2.3; rm -rf /' })],
  ['a schema version of another type', raw({ schemaVersion: '2' })],
  ['schema version 0', raw({ schemaVersion: 0 })],
  ['a fractional schema version', raw({ schemaVersion: 1.5 })],
];

describe.each(REFUSED)('%s', (_, manifest) => {
  test('is refused by the program and by the schema', () => {
    expect(() => parse(manifest)).toThrow(expect.objectContaining({ name: 'UserError', exitCode: 2 }));
    expect(obeysSchema(JSON.parse(JSON.stringify(manifest)))).toBe(false);
  });
});

test.each([
  ['the same id twice', raw({ files: [FILE, { ...FILE, path: 'b.ts', generatedPath: 'b.ts' }] })],
  ['paths that differ only in case', raw({ files: [FILE, { ...FILE, id: 'b', path: 'LIB/Store.ts' }] })],
])('%s is refused', (_, manifest) => {
  expect(() => parse(manifest)).toThrow('twice');
});

test.each(['', '{', '[]', 'null', '"text"', '1', '\u0000'])('%j is refused as a manifest', (text) => {
  expect(() => parseManifest(text, '1.2.3')).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test.each(['__proto__', 'constructor', 'prototype'])('%s among the answers is refused', (key) => {
  const text = formatManifest({ ...MANIFEST, answers: {} }).replace(
    '"answers": {}',
    `"answers": {"${key}": {}}`,
  );
  expect(() => parseManifest(text, '1.2.3')).toThrow('"answers" must be an object');
});

describe('a manifest that is newer than the program', () => {
  test.each([
    ['with a newer schema', { schemaVersion: 3, generator: '2.0.0' }, '@2.0.0'],
    ['by a patch version', { generator: '1.2.4' }, '@1.2.4'],
    ['by a minor version', { generator: '1.10.0' }, '@1.10.0'],
    ['with an invalid version', { schemaVersion: 99, generator: 'x`y' }, '@latest'],
  ])('%s is refused, and the version needed is named', (_, changes, wanted) => {
    expect(() => parse(raw(changes))).toThrow(`npx create-koa-mongo-session${wanted}\``);
  });

  test('an older one is read', () => {
    expect(parse(raw({ generator: '0.9.9' })).generator).toBe('0.9.9');
  });
});
