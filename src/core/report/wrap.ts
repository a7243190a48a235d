/**
 * Wraps a plain text into lines of at most `width` characters, broken at spaces; a longer word gets its own line. A command
 * in backticks counts as one word, since the first part of a broken one would be run alone when it is copied.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.match(/(?<=^| )(?:`[^`]*`|[^ ])*/g) ?? []) {
    const last = lines.at(-1);
    const isRoom = last !== undefined && last.length + 1 + word.length <= width;
    if (isRoom) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
