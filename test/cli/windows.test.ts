import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, readIn, run, temporaryFolder } from '../support/program.ts';
import { isExhaustive } from '../support/sampling.ts';
import { readTree, type Tree } from '../support/tree.ts';
import { asWindowsPath, type Windows, windows } from '../support/wine.ts';

/* The built program, run by Node for Windows under Wine. Each start takes seconds. */

let system: Windows | undefined;
beforeAll(async () => {
  if (isExhaustive) system = await windows();
});

/** An empty folder, and the program running in it as on Windows. */
async function onWindows() {
  if (system === undefined) return undefined;
  const { run: runThere, node } = system;
  const cwd = join(await temporaryFolder(), 'work');
  mkdirSync(cwd);
  return {
    cwd,
    program: (...args: string[]) => runThere([node, asWindowsPath(PROGRAM), ...args], cwd),
    /** A command for cmd.exe that runs the newest version with npx. */
    typed(line: string) {
      const called = line.replace(/^npx \S+/, `"${node}" "${asWindowsPath(PROGRAM)}"`);
      writeFileSync(join(cwd, '../typed.cmd'), `@${called}\r\n`);
      return runThere(['cmd', '/c', '..\\typed.cmd'], cwd);
    },
  };
}

/** Keys are random, and the data of `undo` depends on them. */
const withoutSecrets = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => path !== '.env' && !path.includes('/undo/')));

describe.runIf(isExhaustive)('on Windows', () => {
  test('the same files are written, with Windows separators and a space in the path', async ({ skip }) => {
    const there = await onWindows();
    if (there === undefined) return skip();
    const { exitCode, stdout, stderr } = there.program('.\\my app', '--yes', '--dir', 'src\\session');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const cwd = await temporaryFolder();
    await run(['my app', '--yes'], { cwd });
    expect(withoutSecrets(readTree(join(there.cwd, 'my app')))).toEqual(
      withoutSecrets(readTree(join(cwd, 'my app'))),
    );

    const repeat = stdout.trim().split('\n').at(-1)?.trim() ?? '';
    expect(there.typed(repeat)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('unchanged') });
    expect(existsSync(join(there.cwd, 'my app', 'my app'))).toBe(false);
  });

  test('--diff and --restore accept Windows paths', async ({ skip }) => {
    const there = await onWindows();
    if (there === undefined) return skip();
    there.program('.', '--yes');
    const store = join(there.cwd, 'src/session/store.ts');
    appendFileSync(store, '// mine\n');
    const shown = there.program(
      '--yes',
      '--restore',
      'src\\session\\store.ts',
      '--diff',
      'src\\session\\store.ts',
    );
    expect(shown.stdout).toContain('-// mine');
    expect(there.program('--yes', '--restore', 'src\\session\\store.ts').exitCode).toBe(0);
    expect(await readIn(there.cwd, 'src/session/store.ts')).not.toContain('// mine');
  });

  test('a folder spelt in another case is the same folder', async ({ skip }) => {
    const there = await onWindows();
    if (there === undefined) return skip();
    there.program('.', '--yes');
    const { exitCode, stderr } = there.program('--yes', '--dir', 'src/Session');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringContaining('rename src/session to src/Session'),
    });
    expect(Object.keys(readTree(there.cwd)).filter((path) => path.includes('Session/'))).toEqual([]);
  });
});

test.each(['src/aux', 'con', 'src\\lpt1\\session', 'src/nul.d'])(
  'a name that Windows reserves is refused everywhere: %s',
  async (dir) => {
    const cwd = await temporaryFolder();
    const { exitCode, stderr } = await run(['.', '--yes', '--dir', dir], { cwd });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('a name that Windows reserves for a device'),
    });
    expect(readTree(cwd)).toEqual({});
  },
);
