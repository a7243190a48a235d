import { styleText } from 'node:util';

/** The visual role of a part of a text. Colour only repeats what a word or a sign already says. */
const TEXT_STYLES = {
  good: 'green',
  changed: 'cyan',
  mixed: 'magenta',
  bad: 'red',
  warning: 'yellow',
  quiet: 'dim',
  strong: 'bold',
} as const;

export type Style = keyof typeof TEXT_STYLES;

/** Styles a part of a text; without colours, the text stays as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

/** For a stream that shows colours; the caller has to check that. */
export const coloured: Paint = (style, text) =>
  text === '' ? '' : styleText(TEXT_STYLES[style], text, { validateStream: false });
