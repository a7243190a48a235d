import { coloured, type Paint, plain } from '../../core/report/paint.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The result of the run: the only thing on standard output. */
export const tell = (result: string): void => void process.stdout.write(result);

/** What is said on the way: progress, and help beside a question. */
export const say = (text: string): void => void process.stderr.write(text);

const told: string[] = [];

export function warn(warning: string): void {
  told.push(warning);
  say(`${paintFor(process.stderr)('warning', 'warning:')} ${warning}\n`);
}

/** All of this run, in order. */
export const warningsTold = (): readonly string[] => told;

export const tellError = (message: string): void =>
  say(`${paintFor(process.stderr)('bad', 'error:')} ${message}\n`);

export const paintFor = (stream: NodeJS.WriteStream): Paint =>
  showsColour(process.env, stream.isTTY === true) ? coloured : plain;

/** FORCE_COLOR decides, then NO_COLOR; without either, a terminal does that can do more than lines of text. */
export function showsColour({ FORCE_COLOR, NO_COLOR, TERM }: Environment, isTerminal: boolean): boolean {
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  return !NO_COLOR && isTerminal && TERM !== 'dumb';
}
