import type { Line, Run } from './screen.ts';

export interface Theme {
  readonly background: string;
  readonly text: string;
  /** The sixteen colours of a terminal, in the standard order. */
  readonly palette: readonly string[];
}

export const LIGHT: Theme = {
  background: '#ffffff',
  text: '#1f2328',
  palette:
    '#24292f #cf222e #116329 #7d4e00 #0969da #8250df #1b7c83 #57606a #57606a #a40e26 #1a7f37 #633c01 #218bff #a475f9 #3192aa #6e7781'.split(
      ' ',
    ),
};

export const DARK: Theme = {
  background: '#0d1117',
  text: '#e6edf3',
  palette:
    '#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4 #8b949e #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff'.split(
      ' ',
    ),
};

const FONT_SIZE = 14;
/** The width of one character in the fonts below, relative to the font size. */
const CHARACTER_WIDTH = FONT_SIZE * 0.602;
const LINE_HEIGHT = 19;
const MARGIN = 20;
const FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

/** A picture of a terminal, made of text that screen readers can read and users can copy. Contains no script. */
export function toSvg(lines: readonly Line[], columns: number, title: string, theme: Theme): string {
  const width = Math.ceil(columns * CHARACTER_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map((line, at) => toRow(line, MARGIN + (at + 0.75) * LINE_HEIGHT, theme));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${theme.background}" stroke="#8b949e" stroke-opacity="0.4"/>`,
    `<g font-family="${FONTS}" font-size="${FONT_SIZE}" fill="${theme.text}" xml:space="preserve">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function toRow(line: Line, y: number, theme: Theme): string {
  if (line.length === 0) return '';
  let column = 0;
  const spans = line.map((run) => {
    const x = MARGIN + column * CHARACTER_WIDTH;
    column += [...run.text].length;
    return toSpan(run, x, theme);
  });
  return `<text y="${y.toFixed(1)}">${spans.join('')}</text>`;
}

function toSpan({ text, colour, bold, dim }: Run, x: number, { palette }: Theme): string {
  const fill = colour === undefined ? '' : ` fill="${palette[colour] ?? ''}"`;
  const style = `${fill}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}`;
  return `<tspan x="${x.toFixed(1)}"${style}>${escapeXml(text)}</tspan>`;
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
