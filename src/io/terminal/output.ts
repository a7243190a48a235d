import program from '../../../package.json' with { type: 'json' };
import { coloured, type Paint, plain, type Style } from '../../core/report/paint.ts';
import { wrapped } from '../../core/report/wrap.ts';
import { columnsOf, isTerminal, type Output, write } from './standard.ts';

/** The result of the run: the only thing on standard output. */
export const tell = (result: string): void => write('stdout', result);

/** Messages during the run: progress, and help for a question. */
export const say = (text: string): void => write('stderr', text);

const told: string[] = [];

export function warn(warning: string): void {
  told.push(warning);
  say(`${labelled('warning', 'warning:', warning)}\n`);
}

/** All of this run, in order. */
export const warningsTold = (): readonly string[] => told;

export const tellError = (message: string): void => say(`${labelled('bad', 'error:', message)}\n`);

function labelled(style: Style, label: string, message: string): string {
  return inLines(`${label} ${message}`).replace(label, (text) => paintFor('stderr')(style, text));
}

/**
 * At a terminal, text is wrapped between words. Indented text is meant to be copied, and is not wrapped, except in lists,
 * whose lines begin with a dash or a number.
 */
export function inLines(text: string): string {
  const columns = columnsOf('stderr');
  if (columns === undefined) return text;
  const lines = text.split('\n').flatMap((line) => {
    const [indent = ''] = /^ +(?=[-\d])/.exec(line) ?? [];
    if (indent === '') return /^\s/.test(line) ? line : wrapped(line, columns);
    const parts = wrapped(line.trim(), columns - indent.length - 2);
    return indent + parts.join(`\n  ${indent}`);
  });
  return lines.join('\n');
}

export const paintFor = (output: Output): Paint => (showsColour(output) ? coloured : plain);

/** FORCE_COLOR decides, then NO_COLOR; without either, there are colours at a terminal other than `dumb`. */
function showsColour(output: Output): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  return !NO_COLOR && TERM !== 'dumb' && isTerminal(output);
}

/** Width of the terminal that shows questions, in characters; limited, since wider lines are harder to read. */
export const width = (): number => Math.min(columnsOf('stderr') ?? 80, 80);

let isIntroduced = false;

/** Introduces the program, before the first question. */
export function introduce(): void {
  if (isIntroduced) return;
  isIntroduced = true;
  const what = wrapped('MongoDB-backed sessions for Koa, as TypeScript that is yours from then on.', width());
  const name = paintFor('stderr')('strong', `create-koa-mongo-session ${program.version}`);
  say(`${name}\n${what.join('\n')}\n\n`);
}
