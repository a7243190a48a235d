/** An answer as it is shown to the user. */
export function answerText(answer: unknown): string {
  if (answer === undefined || answer === null || answer === '') return 'none';
  if (typeof answer === 'boolean') return answer ? 'yes' : 'no';
  return String(answer);
}
