/** The result of parsing an answer: its value, or the broken rule, worded to follow `--option: `. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** A number counts as the text of a flag; other kinds of values have no text. */
export const textOf = (answer: unknown): string =>
  typeof answer === 'string' || typeof answer === 'number' ? String(answer) : '';
