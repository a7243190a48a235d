import { formatPatch, structuredPatch } from 'diff';
import { ENV_FILE } from '../project/paths.ts';
import { plainText } from '../project/text.ts';
import type { Change } from '../write/changes.ts';
import type { Paint, Style } from './paint.ts';

const CONTEXT = 3;
const HEADERS = { includeIndex: false, includeUnderline: false, includeFileHeaders: true };

/** A change in the unified format, as in `git diff`; line endings are shown as `\n`. */
export function unifiedDiff({ path, before, after }: Change, paint: Paint): string {
  if (path === ENV_FILE) return `${path}: ${secretChange(before, after)} (values are not shown)\n`;
  const patch = patchOf(path, before, after);
  if (patch.hunks.length === 0) return '';
  const [from = '', to = '', ...lines] = formatPatch(patch, HEADERS).split('\n');
  return [paint('strong', from), paint('strong', to), ...lines.map((line) => paintLine(line, paint))].join(
    '\n',
  );
}

function patchOf(path: string, before: string | undefined, after: string | undefined) {
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  const to = after === undefined ? '/dev/null' : `b/${path}`;
  const options = { context: CONTEXT };
  return structuredPatch(from, to, plainText(before ?? ''), plainText(after ?? ''), '', '', options);
}

const SIGNS: Readonly<Record<string, Style>> = { '+': 'good', '-': 'bad', '@': 'changed' };

function paintLine(line: string, paint: Paint): string {
  const style = SIGNS[line.charAt(0)];
  return style ? paint(style, line) : line;
}

/** How many lines a change adds and removes; not counted for secrets. */
export function lineCounts({ path, before, after }: Change): {
  readonly added: number;
  readonly removed: number;
} {
  if (path === ENV_FILE) return { added: 0, removed: 0 };
  const lines = patchOf(path, before, after).hunks.flatMap((hunk) => hunk.lines);
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

function secretChange(before: string | undefined, after: string | undefined): string {
  const known = new Set(variablesIn(before ?? ''));
  const added = variablesIn(after ?? '').filter((name) => !known.has(name));
  return added.length === 0 ? 'changed' : `adds ${added.join(', ')}`;
}

function variablesIn(text: string): string[] {
  return [...text.matchAll(/^([A-Za-z_]\w*)=/gm)].map(([, name]) => name ?? '');
}
