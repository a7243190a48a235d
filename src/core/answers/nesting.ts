/** Deeper than any real file. A JSON parser runs out of stack only far beyond this depth. */
const MAX_DEPTH = 500;

/** Whether JSON, with or without comments, is nested too deeply to be parsed. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(BRACKETS)) {
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/**
 * Matches strings and comments, in which brackets have no meaning, and brackets. A string can be divided in only one
 * way: with two, one whose end is missing takes time that doubles with each character.
 */
const BRACKETS = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\/\/.*|\/\*[\s\S]*?\*\/|[[\]{}]/g;
