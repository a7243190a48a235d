import { diffComm } from 'node-diff3';

export const BYTE_ORDER_MARK = '\uFEFF';

/** The byte order mark of a text; empty if it has none. */
export const markOf = (raw: string): string => (raw.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '');

/** A text without its byte order mark, and with `\n` as line ending. */
export const plainText = (raw: string): string => raw.slice(markOf(raw).length).replaceAll('\r\n', '\n');

/** A plain text, with a newline at its end unless it is empty. */
export const withLastLineEnded = (plain: string): string =>
  plain === '' || plain.endsWith('\n') ? plain : `${plain}\n`;

/** Whether there are unresolved markers of an earlier merge, by this program or by git. */
export function hasConflictMarkers(plain: string): boolean {
  return /^<{7}(?: |$)/m.test(plain) && /^>{7}(?: |$)/m.test(plain);
}

/** The indentation of a JSON text. */
export const indentOf = (json: string): string => /\n([ \t]+)"/.exec(json)?.[1] ?? '  ';

/** A plain text with the byte order mark and the line endings of another text. */
export function inFormOf(raw: string, plain: string): string {
  const mark = markOf(raw);
  return mark + withLineEndsOf(raw.slice(mark.length), plain);
}

/** The most common line ending of a text; `\n` if there is none. */
export function lineEndOf(raw: string): '\n' | '\r\n' {
  const all = raw.split('\n').length - 1;
  const crlf = raw.split('\r\n').length - 1;
  return crlf > all - crlf ? '\r\n' : '\n';
}

function withLineEndsOf(raw: string, plain: string): string {
  if (!raw.includes('\r\n')) return plain;
  const oldLines = raw.split('\n');
  const isUniform = oldLines.slice(0, -1).every((line) => line.endsWith('\r'));
  if (isUniform) return plain.replaceAll('\n', '\r\n');
  if (Math.max(oldLines.length, plain.split('\n').length) > MAX_MIXED)
    return plain.replaceAll('\n', lineEndOf(raw));
  return mixedLineEnds(oldLines, plain.split('\n'), lineEndOf(raw) === '\r\n' ? '\r' : '');
}

/** In a longer text, all lines get the most common line ending. */
const MAX_MIXED = 5000;

/** In a file with mixed line endings, each old line keeps its own, so that a diff shows only real changes. */
function mixedLineEnds(oldLines: string[], newLines: string[], usual: string): string {
  const words = oldLines.map((line) => line.replace(/\r$/, ''));
  let at = 0;
  const ends = diffComm(words, newLines).flatMap((part) => {
    if (part.common) {
      const kept = oldLines.slice(at, at + part.common.length);
      at += part.common.length;
      return kept.map((line) => (line.endsWith('\r') ? '\r' : ''));
    }
    at += part.buffer1.length;
    return part.buffer2.map(() => usual);
  });
  const last = newLines.length - 1;
  return newLines.map((line, index) => (index === last ? line : `${line}${ends[index]}\n`)).join('');
}
