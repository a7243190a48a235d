import { wrapped } from './wrap.ts';

export interface HelpSection {
  readonly title: string;
  /** What is written, and what it means. */
  readonly items: readonly (readonly [term: string, meaning: string])[];
}

/** Narrower than this, lines are left to the terminal. */
const LEAST_WIDTH = 40;

/** How a command is called, what it is for, and all that it takes, in two columns. */
export function helpText(
  usage: string,
  purpose: string,
  sections: readonly HelpSection[],
  columns: number,
): string {
  const width = Math.max(...sections.flatMap(({ items }) => items.map(([term]) => term.length)));
  const indentation = ' '.repeat(width + 4);
  const itemText = ([term, meaning]: HelpSection['items'][number]): string =>
    `  ${term.padEnd(width)}  ${fitted(meaning, columns - width - 4).join(`\n${indentation}`)}`;
  const texts = sections.map(({ title, items }) => [`${title}:`, ...items.map(itemText)].join('\n'));
  return `${[`Usage: ${usage}`, fitted(purpose, columns).join('\n'), ...texts].join('\n\n')}\n`;
}

const fitted = (text: string, width: number): string[] =>
  width < LEAST_WIDTH ? [text] : wrapped(text, width);
