/** Words that mean something else in the place of the directory, even if misspelt. */
const COMMANDS: Readonly<Record<string, string>> = { undo: 'undo', help: '--help', version: '--version' };
/** Flags that are meant only if the word is spelt exactly like this. */
const FLAGS = ['check', 'diff', 'restore', 'dry-run'];

/** `undoo` was meant as `undo`, and `help` as `--help`; undefined for `undo` itself, and for all other words. */
export function wordMeantBy(word: string): string | undefined {
  const typed = word.toLowerCase();
  const near = Object.keys(COMMANDS).find((command) => isNear(typed, command));
  if (near === undefined) return FLAGS.includes(typed) ? `--${typed}` : undefined;
  return COMMANDS[near] === word ? undefined : COMMANDS[near];
}

/** Known flags that a misspelt or shortened one may have meant. */
export function flagsMeantBy(flag: string, known: readonly string[]): readonly string[] {
  const typed = flag.toLowerCase();
  return known.filter(
    (long) => isNear(typed, long) || (typed.length > '--no'.length && long.startsWith(typed)),
  );
}

/** The word itself, or one letter is missing, added, replaced, or swapped with the next. */
function isNear(typed: string, word: string): boolean {
  const start = [...word].findIndex((letter, at) => letter !== typed[at]);
  const at = start === -1 ? word.length : start;
  const [rest, wordRest] = [typed.slice(at), word.slice(at)];
  return (
    (wordRest !== '' && rest === wordRest.slice(1)) ||
    rest.slice(1) === wordRest ||
    rest.slice(1) === wordRest.slice(1) ||
    (rest[0] === wordRest[1] && rest[1] === wordRest[0] && rest.slice(2) === wordRest.slice(2))
  );
}
