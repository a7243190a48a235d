import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';

const SIGNALS = join(import.meta.dirname, '../../src/io/terminal/signals.ts');

test.each([
  { signal: 'SIGINT', exitCode: 130 },
  { signal: 'SIGTERM', exitCode: 143 },
])('after $signal, the current write is completed and no other begins', async ({ signal, exitCode }) => {
  const signals = pathToFileURL(await compiled(SIGNALS)).href;
  const program = `
    import { endAtSignals, unbroken } from ${JSON.stringify(signals)};
    endAtSignals(() => {});
    // A signal handler alone does not keep Node running.
    setInterval(() => {}, 1000);
    await unbroken(async () => {
      const arrived = new Promise((resolve) => process.once('${signal}', resolve));
      process.kill(process.pid, '${signal}');
      await arrived;
      console.log('written');
    });
    console.log('not reached');
  `;
  const result = await execa(process.execPath, ['--input-type=module', '-e', program], {
    reject: false,
  });
  expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode, stdout: 'written' });
});
