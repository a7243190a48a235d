import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, textOf } from './documents.ts';

const templates = readdirSync(join(ROOT, 'templates'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const documents = ['README.md', 'docs/moving.md', 'docs/recipes.md', 'docs/troubleshooting.md'];
const texts = [
  ...documents.map((path) => ({ path, text: textOf(path) })),
  ...templates.map((path) => ({ path: path.slice(ROOT.length + 1), text: readFileSync(path, 'utf8') })),
];

/** The `id` of a listed session is the hash of its key, and gives no access. */
test.each(texts)('$path calls the secret in the cookie a key, not an id', ({ text }) => {
  expect(text).not.toMatch(/\b(?:new|old|session) ids?\b|\bid that was known\b/i);
});
