import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { type CommandOptions, runCommand } from '../../src/io/command.ts';
import { compiled } from '../support/compiled.ts';

const script = (text: string): string[] => [process.execPath, '-e', text];
const piped: CommandOptions = { cwd: '.', stdio: ['ignore', 'pipe', 'pipe'] };

describe('a command', () => {
  test.each([
    { how: 'well', words: script(''), problem: undefined },
    { how: 'with a code', words: script('process.exit(7)'), problem: 'ended with exit code 7' },
    { how: 'by a signal', words: script('process.kill(process.pid)'), problem: 'was ended by SIGTERM' },
    { how: 'before it began', words: ['none'], problem: 'could not be run (is none installed?)' },
  ])('that ends $how', async ({ words, problem }) => {
    expect(await runCommand(words, piped)).toEqual({ problem, output: '' });
  });

  test('is read on both streams', async () => {
    const { output } = await runCommand(['sh', '-c', 'echo one; echo two >&2; echo three'], piped);
    expect(output.split('\n').toSorted()).toEqual(['', 'one', 'three', 'two']);
    expect(output.indexOf('one')).toBeLessThan(output.indexOf('three'));
  });

  test('is read correctly if a character arrives in two parts', async () => {
    const [first, second] = ['\\303', '\\244'];
    const words = ['sh', '-c', `printf 'a${first}'; sleep 0.1; printf '${second}b'`];
    expect(await runCommand(words, piped)).toMatchObject({ output: 'aäb' });
  });

  test('is ended by a SIGTERM to this program, which waits for its end', async () => {
    const module = pathToFileURL(await compiled(join(import.meta.dirname, '../../src/io/command.ts'))).href;
    const program = `
      import { runCommand } from ${JSON.stringify(module)};
      // Like the program, which would otherwise end by a signal that comes before the command is listened for.
      process.on('SIGTERM', () => {});
      const words = ['sh', '-c', 'trap "echo ended; exit 3" TERM; echo begun; while :; do sleep 0.05; done'];
      const { problem } = await runCommand(words, { cwd: '.', stdio: ['ignore', 'inherit', 'inherit'] });
      console.log(problem, process.listenerCount('SIGTERM'));
    `;
    const running = execa(process.execPath, ['--input-type=module', '-e', program], { reject: false });
    await Promise.race([once(running.stdout, 'data'), running]);
    running.kill('SIGTERM');
    expect(await running).toMatchObject({
      exitCode: 0,
      stdout: 'begun\nended\nended with exit code 3 1',
    });
  });

  test('is stopped when this program ends', async () => {
    const module = pathToFileURL(await compiled(join(import.meta.dirname, '../../src/io/command.ts'))).href;
    const program = `
      import { runCommand } from ${JSON.stringify(module)};
      process.on('SIGTERM', () => process.exit(143));
      runCommand(['sh', '-c', 'echo begun; exec tail -f /dev/null'], { cwd: '.', stdio: ['ignore', 'inherit', 'inherit'] });
    `;
    const running = execa(process.execPath, ['--input-type=module', '-e', program], { reject: false });
    await Promise.race([once(running.stdout, 'data'), running]);
    running.kill('SIGTERM');
    // Its output ends only after every process that has it open has ended.
    expect(await running).toMatchObject({ exitCode: 143 });
  });
});
