import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');

/** Text in the templates → its replacement. */
type Texts = Readonly<Record<string, string>>;

/**
 * The built program as it may have been some versions ago: with another version number and other texts in its
 * templates.
 *
 * @returns the path of the program
 */
export function olderProgram(version: string, texts: Texts): string {
  const folder = copyOfProgram(texts);
  const cli = join(folder, 'dist/cli.cjs');
  writeFileSync(cli, replaced(readFileSync(cli, 'utf8'), manifest.version, version));
  return join(folder, 'bin/create-koa-mongo-session.cjs');
}

/** The built program with a mistake in it. */
export const brokenProgram = (texts: Texts): string =>
  join(copyOfProgram(texts), 'bin/create-koa-mongo-session.cjs');

function copyOfProgram(texts: Texts): string {
  const folder = mkdtempSync(join(tmpdir(), 'other-program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['bin', 'dist']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  const templates = join(folder, 'dist/templates.json.br');
  let text = brotliDecompressSync(readFileSync(templates)).toString();
  for (const [now, then] of Object.entries(texts)) text = replaced(text, now, then);
  writeFileSync(templates, brotliCompressSync(text));
  return folder;
}

function replaced(text: string, now: string, then: string): string {
  if (!text.includes(now)) throw new Error(`there is no ${now} to replace`);
  return text.replaceAll(now, then);
}
