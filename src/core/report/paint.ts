import { styleText } from 'node:util';

/** What a part of a text is, for the eye. Colour only repeats what a word or a sign says already. */
const STYLES = {
  good: 'green',
  changed: 'cyan',
  mixed: 'magenta',
  bad: 'red',
  warning: 'yellow',
  quiet: 'dim',
  strong: 'bold',
} as const;

export type Style = keyof typeof STYLES;

/** Gives a part of a text its form; where that is no colour, the text stays as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

/** For a stream that shows colours; whether it does is for the caller to know. */
export const coloured: Paint = (style, text) =>
  text === '' ? '' : styleText(STYLES[style], text, { validateStream: false });
