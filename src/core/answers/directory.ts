/** A word that was meant as an answer, such as that to a question or the value of a switch. */
export const isAnswer = (word: string): boolean => /^(?:y|yes|n|no|true|false)$/i.test(word);

/**
 * Editors and chats make one long dash of the two of a flag. Not asked of plain text: V8 reads the tables of Unicode
 * whenever it compiles a pattern with a Unicode class.
 */
export const beginsWithDash = (word: string): boolean =>
  word.startsWith('-') || (/^[^ -~]/.test(word) && /^\p{Pd}/u.test(word));
export const RULE_OF_DASH = 'must not begin with a dash; flags begin with a plain one';

/** What is wrong with a directory as the user has named it; undefined if nothing. */
export function problemOfDirectory(directory: string): string | undefined {
  if (directory.trim() === '') return 'must not be empty; for this folder, give .';
  if (/^mongodb(?:\+srv)?:/i.test(directory)) return 'a connection string is given with --url';
  if (isAnswer(directory) || directory === 'undo') return `for a folder of that name, give ./${directory}`;
  if (beginsWithDash(directory)) return RULE_OF_DASH;
  return directory.startsWith('~') ? 'give the whole path: ~ is not replaced here' : undefined;
}
