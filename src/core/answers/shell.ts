/**
 * Quotes one word for a shell. Uses double quotes if possible, since cmd.exe has no others; other shells do not
 * interpret a word within single quotes. Within double quotes, all shells keep a backslash before a letter: `"..\\my
 * app"`.
 */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /["$`!]|\\(?:[\\\n]|$)/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
