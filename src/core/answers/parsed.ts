/** What a parser makes of an answer: its value, or the rule it breaks, worded to follow `--option: `. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** A number counts as the text that a flag would have given; no other kind of value has a text. */
export const textOf = (answer: unknown): string =>
  typeof answer === 'string' || typeof answer === 'number' ? String(answer) : '';
