/** An answer as it is shown to the user. */
export function answerText(answer: unknown): string {
  if (answer === undefined || answer === null || answer === '') return 'none';
  if (typeof answer === 'boolean') return answer ? 'yes' : 'no';
  return String(answer);
}

export const YES_OR_NO = 'answer yes or no';

/** Undefined for any other text. */
export function readYesOrNo(text: string): boolean | undefined {
  if (/^y(?:es)?$/i.test(text)) return true;
  return /^no?$/i.test(text) ? false : undefined;
}
