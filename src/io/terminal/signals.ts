import { writeSync } from 'node:fs';

const SHOW_CURSOR = '\u001B[?25h';
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODES;

let isWriting = false;
let pending: Signal | undefined;

/** Ends the program at Ctrl-C and SIGTERM with the exit code that says so. */
export function endAtSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isWriting) pending = signal;
      else end(signal);
    });
  }
}

/** Work that a signal may not leave half done; the signal counts afterwards. */
export async function unbroken<T>(work: () => Promise<T>): Promise<T> {
  isWriting = true;
  try {
    return await work();
  } finally {
    isWriting = false;
    if (pending) end(pending);
  }
}

/** A question hides the cursor; whoever ends us at one wants it back. */
function end(signal: Signal): never {
  if (process.stderr.isTTY) writeSync(process.stderr.fd, SHOW_CURSOR);
  process.exit(EXIT_CODES[signal]);
}
