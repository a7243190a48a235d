import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  replaceIn(join(folder, 'dist/cli.cjs'), manifest.version, version);
  return join(folder, 'bin/create-koa-mongo-session.cjs');
}

/** The built program with a mistake in it. */
export const brokenProgram = (texts: Texts): string =>
  join(copyOfProgram(texts), 'bin/create-koa-mongo-session.cjs');

function copyOfProgram(texts: Texts): string {
  const folder = mkdtempSync(join(tmpdir(), 'other-program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['bin', 'dist']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  for (const [now, then] of Object.entries(texts)) replaceIn(join(folder, 'dist/templates.json'), now, then);
  return folder;
}

function replaceIn(path: string, now: string, then: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(now)) throw new Error(`${path} has no ${now}`);
  writeFileSync(path, text.replaceAll(now, then));
}
