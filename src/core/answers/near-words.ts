/** What a word in the place of the directory may have been meant as, though it is slightly different. */
const COMMANDS: Readonly<Record<string, string>> = { undo: 'undo', help: '--help', version: '--version' };
/** The same, only where the word is this very one. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ check: '--check', diff: '--diff', restore: '--restore', 'dry-run': '--dry-run' },
};

/** `undoo` was meant as `undo`, and `help` as `--help`; undefined for `undo` itself, and for all other words. */
export function wordMeantBy(word: string): string | undefined {
  const typed = word.toLowerCase();
  if (typed === '') return undefined;
  const near = Object.keys(COMMANDS).find((command) => distance(typed, command) <= 1);
  return near === undefined ? FLAGS[typed] : COMMANDS[near];
}

const FURTHEST = 3;
/** Of the letters, so many have to be right. */
const LEAST_ALIKE = 0.4;

/** Those that are nearest to what was typed, by the alphabet; none where all are far. */
export function nearestWords(typed: string, words: readonly string[]): string[] {
  const near = words
    .map((word) => ({ word, away: distance(typed, word), length: Math.max(typed.length, word.length) }))
    .filter(({ away, length }) => away <= FURTHEST && (length - away) / length > LEAST_ALIKE);
  const least = Math.min(...near.map(({ away }) => away));
  return near
    .filter(({ away }) => away === least)
    .map(({ word }) => word)
    .sort();
}

/** How many letters are missing, too many, other ones, or in the place of the next: the optimal string alignment. */
function distance(typed: string, word: string): number {
  const rows = [Array.from({ length: word.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= typed.length; row += 1) {
    const [above = [], before = []] = [rows[row - 1], rows[row - 2]];
    const current = [row];
    for (let column = 1; column <= word.length; column += 1) {
      const isSame = typed[row - 1] === word[column - 1];
      const isSwapped = typed[row - 1] === word[column - 2] && typed[row - 2] === word[column - 1];
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped && row > 1 && column > 1 ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(current);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
