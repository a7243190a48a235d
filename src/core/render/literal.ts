/**
 * Puts a value of the user into a generated text. There is one function for each kind of text. No value is written in
 * any other way: not in a comment, and not as a bare word.
 */

/** The characters to look at. Most texts have none, and V8 takes long for a pattern with Unicode classes. */
const NOT_PLAIN = /[^ -~]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Invisible, or read as a line end: control, format (bidi, zero-width), lone surrogate, unusual space. */
function escapeUnprintable(character: string): string {
  if (!/[\p{C}\p{Z}]/u.test(character)) return character;
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Quoted like Biome and Prettier: single quotes, unless double quotes need fewer escapes. */
function stringLiteral(text: string): string {
  const singles = text.split("'").length;
  const doubles = text.split('"').length;
  const quote = singles > doubles ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return quote + escaped.replace(NOT_PLAIN, escapeUnprintable) + quote;
}

/**
 * A TypeScript literal for exactly this value. Throws if there is none: Handlebars' strict mode does not check the
 * arguments of a helper, so a misspelt name in a template would arrive here as `undefined`.
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
  return text.replace(NOT_PLAIN, escapeUnprintable);
}

/**
 * The right-hand side of a line in `.env` from which `node --env-file` reads exactly this value. Node's parser has
 * quotes but no escapes (except `\n` between double quotes), so a few texts cannot be written: throws a RangeError.
 */
export function envLiteral(text: string): string {
  if (/^[\w@%+=:,./?&~!*()-]*$/.test(text)) return text;
  if (/\p{Cc}|\p{Cs}/u.test(text)) throw new RangeError('holds a control character or half a character');
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('`')) return `\`${text}\``;
  if (!text.includes('"') && !text.includes('\\n')) return `"${text}"`;
  if (!text.includes('#') && /^[^\s'"`]/.test(text) && text === text.trim()) return text;
  throw new RangeError('mixes all three kinds of quotes');
}
