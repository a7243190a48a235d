import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { useDatabase } from '../support/mongo/index.ts';

const SCRIPT = join(import.meta.dirname, '../../.ci/await-silence.mjs');
const { url } = useDatabase();

const run = async (...args: string[]): Promise<number | undefined> =>
  (await execa(process.execPath, [SCRIPT, ...args], { reject: false })).exitCode;

test('with a server that answers, the script ends with 0 if it asks once', async () => {
  expect(await run(url, '60000', '--once')).toBe(0);
});

test('with a server that accepts connections and does not answer, it ends with 1', async () => {
  const silent = createServer(() => {});
  const port = await new Promise<number>((resolve) => {
    silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port));
  });
  onTestFinished(() => void silent.close());
  expect(await run(`mongodb://127.0.0.1:${port}/`, '500')).toBe(1);
});
