import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { compiled } from '../../support/compiled.ts';
import { temporaryFolder } from '../../support/program.ts';

const STANDARD = join(import.meta.dirname, '../../../src/io/terminal/standard.ts');

/** More than the buffer of a pipe. */
const LENGTH = 1_000_000;

test('a slow reader of a non-blocking pipe gets the whole output in order', async () => {
  const fifo = join(await temporaryFolder(), 'output');
  execFileSync('mkfifo', [fifo]);
  const reading = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  const program = `
    import { write } from ${JSON.stringify(pathToFileURL(await compiled(STANDARD)).href)};
    write('stdout', 'x'.repeat(${LENGTH}));
    write('stdout', 'end');
    write('stderr', 'written');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', writing, 'pipe'],
  });
  const closed = once(child, 'close');
  const reader = new Socket({ fd: reading, readable: true, writable: false });
  new Socket({ fd: writing, readable: false, writable: true }).destroy();
  // By now the pipe is full, and the program has written everything.
  await once(child.stderr as Readable, 'data');
  const output = await text(reader);
  expect(output.length).toBe(LENGTH + 3);
  expect(output.endsWith('xend')).toBe(true);
  expect(await closed).toEqual([0, null]);
});
