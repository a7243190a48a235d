import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';

const SIGNALS = join(import.meta.dirname, '../../src/io/terminal/signals.ts');

test.each([
  { signal: 'SIGINT', exitCode: 130 },
  { signal: 'SIGTERM', exitCode: 143 },
])(
  '$signal lets what is being written be finished, and nothing after it begin',
  async ({ signal, exitCode }) => {
    const signals = pathToFileURL(await compiled(SIGNALS)).href;
    const program = `
    import { endAtSignals, unbroken } from ${JSON.stringify(signals)};
    endAtSignals(() => {});
    // Waiting for a signal alone does not keep Node from ending.
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
  },
);
