/**
 * How a value of the user's enters a generated text. There is one function for each kind of text, and no value
 * enters in any other way: not in a comment, and not as a bare word.
 */

/** Not to be seen as they stand, or read as a line end: control, format (bidi, zero-width), lone surrogate, odd space. */
const UNPRINTABLE = /\p{C}|[^\P{Z} ]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeUnprintable(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Quoted as Biome and Prettier quote: single, unless double needs fewer escapes. */
function stringLiteral(text: string): string {
  const singles = text.split("'").length;
  const doubles = text.split('"').length;
  const quote = singles > doubles ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return quote + escaped.replace(UNPRINTABLE, escapeUnprintable) + quote;
}

/**
 * A TypeScript literal that reads back as the very same value. Throws for what has none: Handlebars' strict mode
 * does not look at the arguments of a helper, so a misspelt name in a template would arrive here as `undefined`.
 */
export function literal(value: unknown): string {
  if (typeof value === 'string') return stringLiteral(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return String(value);
  throw new TypeError(`no literal for a value of type ${typeof value}`);
}

/** A JSON text, which YAML reads as the same value. Throws for `undefined` and the like. */
export function jsonLiteral(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`no JSON for a value of type ${typeof value}`);
  return text.replace(UNPRINTABLE, escapeUnprintable);
}

/**
 * The right-hand side of a line of `.env`, such that `node --env-file` reads the very same value. Node's parser knows
 * quotes but no escapes (but for `\n` between double quotes), so a few texts cannot be written: throws a RangeError.
 */
export function envLiteral(text: string): string {
  if (/\p{Cc}|\p{Cs}/u.test(text)) throw new RangeError('holds a control character or half a character');
  if (/^[\w@%+=:,./?&~!*()-]*$/.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('`')) return `\`${text}\``;
  if (!text.includes('"') && !text.includes('\\n')) return `"${text}"`;
  if (!text.includes('#') && /^[^\s'"`]/.test(text) && text === text.trim()) return text;
  throw new RangeError('mixes all three kinds of quotes');
}
