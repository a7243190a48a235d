import { diffIndices } from 'node-diff3';
import { plainText } from '../project/text.ts';
import type { Change } from '../write/changes.ts';
import { type Paint, plain, type Style } from './paint.ts';

const CONTEXT = 3;
/** Holds secrets: its values are never shown. */
const SECRET_FILE = '.env';

/** A change in the unified format, as `git diff` shows it; line ends are shown as `\n`. */
export function unifiedDiff({ path, before, after }: Change, paint: Paint = plain): string {
  if (path === SECRET_FILE) return `${path}: ${secretChange(before, after)} (values are not shown)\n`;
  const old = linesOf(before);
  const next = linesOf(after);
  const from = before === undefined ? '/dev/null' : `a/${path}`;
  const to = after === undefined ? '/dev/null' : `b/${path}`;
  const hunks = groupsOf(old, next).flatMap((group) => hunkOf(group, old, next));
  if (hunks.length === 0) return '';
  const header = [`--- ${from}`, `+++ ${to}`].map((line) => paint('strong', line));
  return [...header, ...hunks.map((line) => paintLine(line, paint))].map((line) => `${line}\n`).join('');
}

const SIGNS: Readonly<Record<string, Style>> = { '+': 'good', '-': 'bad', '@': 'changed' };

function paintLine(line: string, paint: Paint): string {
  const style = SIGNS[line.charAt(0)];
  return style ? paint(style, line) : line;
}

/** How many lines a change adds and removes; of secrets, none are counted. */
export function lineCounts({ path, before, after }: Change): {
  readonly added: number;
  readonly removed: number;
} {
  if (path === SECRET_FILE) return { added: 0, removed: 0 };
  const differences = diffIndices(linesOf(before), linesOf(after));
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, each) => total + each, 0);
  return {
    added: sum(differences.map(({ buffer2 }) => buffer2[1])),
    removed: sum(differences.map(({ buffer1 }) => buffer1[1])),
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A stretch that differs, in the old lines and in the new ones. */
interface Difference {
  readonly old: Span;
  readonly next: Span;
}

/** Differences whose contexts touch are shown as one. */
function groupsOf(old: readonly string[], next: readonly string[]): Difference[][] {
  const groups: Difference[][] = [];
  for (const { buffer1, buffer2 } of diffIndices([...old], [...next])) {
    const difference = { old: spanOf(buffer1), next: spanOf(buffer2) };
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && difference.old.start - last.old.end <= 2 * CONTEXT) group.push(difference);
    else groups.push([difference]);
  }
  return groups;
}

function spanOf([start, length]: readonly [number, number]): Span {
  return { start, end: start + length };
}

function hunkOf(group: readonly Difference[], old: readonly string[], next: readonly string[]): string[] {
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last) return [];
  const lead = Math.min(CONTEXT, first.old.start);
  const end = Math.min(old.length, last.old.end + CONTEXT);
  const tail = end - last.old.end;
  const body: string[] = [];
  let at = first.old.start - lead;
  for (const difference of group) {
    body.push(...old.slice(at, difference.old.start).map((line) => ` ${line}`));
    body.push(...old.slice(difference.old.start, difference.old.end).map((line) => `-${line}`));
    body.push(...next.slice(difference.next.start, difference.next.end).map((line) => `+${line}`));
    at = difference.old.end;
  }
  body.push(...old.slice(at, end).map((line) => ` ${line}`));
  const shownOld = { start: first.old.start - lead, end };
  const shownNext = { start: first.next.start - lead, end: last.next.end + tail };
  return [`@@ -${rangeOf(shownOld)} +${rangeOf(shownNext)} @@`, ...body];
}

/** Lines count from 1; an empty range is named by the line before it. */
function rangeOf({ start, end }: Span): string {
  return end === start ? `${start},0` : `${start + 1},${end - start}`;
}

function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const lines = plainText(text).split('\n');
  const last = lines.pop();
  return last === '' || last === undefined ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function secretChange(before: string | undefined, after: string | undefined): string {
  const known = new Set(namesIn(before ?? ''));
  const added = namesIn(after ?? '').filter((name) => !known.has(name));
  return added.length === 0 ? 'changed' : `adds ${added.join(', ')}`;
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/^([A-Za-z_]\w*)=/gm)].map(([, name]) => name ?? '');
}
