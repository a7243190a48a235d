export const lineAt = (text: string, index: number): number => {
  const lead = /^\s*/.exec(text.slice(index))?.[0].length ?? 0;
  return text.slice(0, index + lead).split('\n').length;
};

/** Replaces comments by spaces, so that positions stay the same. What looks like a comment in a string stays. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (found, string: string | undefined) => string ?? found.replace(/[^\n]/g, ' '),
  );
}
