/** Deeper than any real file. A parser of JSON runs out of stack far beyond this depth. */
const MAX_DEPTH = 500;

/** Whether arrays and objects lie too deep in one another to be parsed; of JSON, with or without comments. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Texts and comments, in which a bracket means nothing, and brackets. */
const TOKENS = /"(?:[^"\\\n]+|\\.)*"|\/\/.*|\/\*[\s\S]*?\*\/|[[\]{}]/g;
