import { fstatSync, writeSync } from 'node:fs';

/*
 * Standard output and error are written synchronously by file descriptor. Node's own streams load its code for sockets,
 * which takes a tenth of a start of Node, so they are created only for a terminal or a slow reader.
 */

export type Output = 'stdout' | 'stderr';

const NUMBERS = { stdin: 0, stdout: 1, stderr: 2 } as const;

const streams = new Map<Output, NodeJS.WriteStream>();
let onFailure: (output: Output, code: string | undefined) => void = () => {};

/** @param then called with the error code of each failed write; ends the program if necessary */
export function whenUnwritable(then: typeof onFailure): void {
  onFailure = then;
}

export function write(output: Output, text: string): void {
  const rest = writtenAtOnce(output, Buffer.from(text));
  if (rest.length > 0) streamOf(output).write(rest);
}

/** Returns the rest for Node's stream: everything once that is in use, otherwise what a slow reader has not taken. */
function writtenAtOnce(output: Output, bytes: Buffer): Buffer {
  let rest = bytes;
  try {
    while (rest.length > 0 && !streams.has(output)) rest = rest.subarray(writeSync(NUMBERS[output], rest));
    return rest;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return rest;
    onFailure(output, code);
    return Buffer.alloc(0);
  }
}

/** Node's stream, for code that needs one; from then on, everything goes through it, in order. */
export function streamOf(output: Output): NodeJS.WriteStream {
  const known = streams.get(output);
  if (known) return known;
  const stream = process[output].on('error', ({ code }: NodeJS.ErrnoException) => onFailure(output, code));
  streams.set(output, stream);
  return stream;
}

export function isTerminal(name: keyof typeof NUMBERS): boolean {
  if (!mayBeTerminal(NUMBERS[name])) return false;
  return (name === 'stdin' ? process.stdin : streamOf(name)).isTTY === true;
}

function mayBeTerminal(file: number): boolean {
  try {
    return fstatSync(file).isCharacterDevice();
  } catch {
    return true;
  }
}

/** Width of the terminal, in characters; undefined if it is not a terminal. One of a container may say that it has 0. */
export const columnsOf = (output: Output): number | undefined =>
  isTerminal(output) ? streamOf(output).columns || 80 : undefined;
