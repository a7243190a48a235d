import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

/** What `core/` may use of Node: plain functions, no file, no process, no network. */
const PURE_BUILTINS = ['node:crypto', 'node:net', 'node:util'];

const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name = '']) => name);

const filesIn = (folder: string): string[] =>
  readdirSync(join(SRC, folder)).map((name) => join(SRC, folder, name));

test.each(filesIn('core'))('%s decides and does nothing', (path) => {
  const effects = importsOf(path).filter(
    (name) => name.startsWith('../') || (name.startsWith('node:') && !PURE_BUILTINS.includes(name)),
  );
  expect(effects).toEqual([]);
  expect(readFileSync(path, 'utf8')).not.toMatch(/\b(process|console|globalThis)\./);
});

test.each(filesIn('io'))('%s knows nothing of the command line', (path) => {
  const upwards = importsOf(path).filter((name) => /^\.\.\/(cli|flags|main|regenerate)\.ts$/.test(name));
  expect(upwards).toEqual([]);
});
