import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, textOf } from './documents.ts';

const sources = ['src', 'templates'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
);

/** `${name} is not set` in the code matches `APP_KEYS is not set`. */
const isSaid = (message: string): boolean =>
  sources.some(
    (text) => text.includes(message) || text.includes(`name} ${message.replace(/^[A-Z_]+ /, '')}`),
  );

const messages = [...textOf('docs/troubleshooting.md').matchAll(/^### `(.+)`$/gm)].map(
  ([, text = '']) => text,
);

test.each(messages)('"%s" is a message of the program or of the generated code', (message) => {
  expect(isSaid(message)).toBe(true);
});
