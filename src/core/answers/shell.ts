/**
 * Quotes one word for a shell. Uses double quotes if possible, since cmd.exe has no others; other shells do not
 * interpret a word within single quotes. Within double quotes, all shells keep a backslash before a letter: `"..\\my
 * app"`. PowerShell splits a word at a comma, and replaces one that begins with `@`; zsh replaces one that begins with `=`.
 */
export function shellQuote(word: string): string {
  if (/^(?![@=])[\w@%+=:./-]+$/.test(word)) return word;
  return /["$`!]|\\(?:[\\\n]|$)/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}

/** A flag with its value. After a space, one that begins with `-` would be read as another flag. */
export const withValue = (flag: string, value: string): string =>
  `${flag}${value.startsWith('-') ? '=' : ' '}${shellQuote(value)}`;
