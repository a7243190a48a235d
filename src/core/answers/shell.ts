/**
 * One word for a shell. Double quotes wherever they do, for cmd.exe knows no others; within single ones, every other
 * shell takes a word as it is. Within double ones, they all keep a backslash before a letter: `"..\\my app"`.
 */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /["$`!]|\\(?:\\|$)/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
