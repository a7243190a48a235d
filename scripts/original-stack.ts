import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Reads the stack of a bug report from stdin, and prints it with the locations in `src/`. The build must be of the same
 * version.
 */
const DIST = join(import.meta.dirname, '..', 'dist');
/** `run.cjs:1:2345`, with any path before it. */
const PLACE = /[^\s(]*?([\w-]+\.cjs):(\d+):(\d+)/g;

process.stdout.write((await text(process.stdin)).replaceAll(PLACE, original));

function original(place: string, file: string, line: string, column: string): string {
  const path = join(DIST, `${basename(file)}.map`);
  if (!existsSync(path)) return place;
  const map = new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  const found = map.findEntry(Number(line) - 1, Number(column) - 1);
  if (!('originalSource' in found)) return place;
  const source = relative(join(DIST, '..'), join(dirname(path), found.originalSource));
  return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
}
