export const lineAt = (text: string, index: number): number => {
  const lead = /^\s*/.exec(text.slice(index))?.[0].length ?? 0;
  return text.slice(0, index + lead).split('\n').length;
};

/** The lines above one, which counts from 1. */
export const linesAbove = (text: string, line: number): string =>
  text
    .split('\n')
    .slice(0, line - 1)
    .join('\n');

/**
 * Strings and regular expressions, which are captured, and comments. A `/` after an operator begins an expression; that
 * is checked only at a `/`, since long files would take seconds otherwise.
 */
const LITERALS_AND_COMMENTS =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/(?<=(?:^|[=(,:[!&|?{};\n]|=>|\breturn)\s*\/)(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/)|\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*/g;

/** Replaces comments by spaces, so that positions stay the same. What looks like a comment in a string stays. */
export const withoutComments = (text: string): string =>
  text.replace(LITERALS_AND_COMMENTS, (found, literal?: string) => literal ?? found.replace(/[^\n]/g, ' '));

/** Also replaces strings and regular expressions: by quotes, and by `+` at the end of a line in them. */
export const withoutLiterals = (text: string): string =>
  text.replace(LITERALS_AND_COMMENTS, (found, literal?: string) =>
    literal === undefined
      ? found.replace(/[^\n]/g, ' ')
      : found.replace(/[^\n](?=\n)/g, '+').replace(/[^\n+]/g, "'"),
  );

/** Of regular expressions. At each character only one alternative fits, so that no text is searched repeatedly. */
const typeArguments = (depth: number): string =>
  depth === 1 ? '<(?:=>|[^<>=])*>' : `<(?:=>|[^<>=]|${typeArguments(depth - 1)})*>`;

/** Such as `<State, { db: Db; log: (text: string) => void }>`. */
export const TYPE_ARGUMENTS = typeArguments(4);

/** The type of a variable, if it is declared with one. */
export const TYPE = '(?::(?:=>|[^=])*)?';

/** What is not the end of a statement, and what does not begin one: an operator, or a part of an import. */
const OPEN_END = /(?:[=,.?:&|+*<-]|=>|\b(?:import|from|new|await))$/;
const CONTINUATION = /^(?:[=,.?:&|+*<>([-]|(?:from|with|as)\b)/;

/**
 * The line in which the statement ends that begins in a line: its brackets are closed, and it does not continue in the
 * next line. Lines count from 0.
 *
 * @param lines without comments and literals
 * @returns undefined if its brackets do not balance
 */
export function endOfStatement(lines: readonly string[], from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at]?.trim() ?? '';
    for (const sign of line.match(/[()[\]{}]/g) ?? []) depth += '([{'.includes(sign) ? 1 : -1;
    if (depth < 0) return undefined;
    if (depth > 0 || line === '' || OPEN_END.test(line)) continue;
    const next = lines.slice(at + 1).find((each) => /\S/.test(each)) ?? '';
    if (line.endsWith(';') || !CONTINUATION.test(next.trim())) return at;
  }
  return undefined;
}

/** What is before the bracket that closes one before the text; the whole text if there is none. */
export function upToClosing(text: string, open: string, close: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    if (text[at] === close) depth -= 1;
    if (depth < 0) return text.slice(0, at);
  }
  return text;
}

/** A text, for a pattern that matches only it. */
export const escaped = (text: string): string => text.replace(/[.+*?^${}()|[\]\\]/g, '\\$&');
