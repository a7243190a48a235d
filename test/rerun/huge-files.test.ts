import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, temporaryFolder } from '../support/program.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { oneIn, sample } from '../support/sampling.ts';

/* A generated file that was made extremely large: each run ends, with a message or a merge. */

const STORE = 'src/session/store.ts';
const MEGABYTE = 1_000_000;
const LATER = ['--no-input', '--user-key', 'userId'];

const template = mkdtempSync(join(tmpdir(), 'huge-files-'));
beforeAll(async () => {
  expect(await run(['--yes', '-c', 'db'], { cwd: template })).toMatchObject({ exitCode: 0 });
});
afterAll(() => rmSync(template, { recursive: true }));

async function projectWith(edit: (text: string) => string): Promise<string> {
  const cwd = await temporaryFolder();
  cpSync(template, cwd, { recursive: true });
  writeFileSync(join(cwd, STORE), edit(readFileSync(join(cwd, STORE), 'utf8')));
  return cwd;
}

const sampled = oneIn(2);

type Edit = (text: string) => string;

const TOO_LARGE: readonly [string, Edit, string][] = [
  [
    '10 MB of lines',
    (text) => text + '// mine\n'.repeat((10 * MEGABYTE) / 8),
    'is larger than 2000000 bytes',
  ],
  ['one line of 5 MB', (text) => `${text}// ${'x'.repeat(5 * MEGABYTE)}\n`, 'is larger than 2000000 bytes'],
  ['a million empty lines', (text) => '\n'.repeat(MEGABYTE) + text, 'has more than 5000 lines'],
  ['400,000 times the same line', (text) => text + '}\n'.repeat(400_000), 'has more than 5000 lines'],
  [
    '100 lines between each two',
    (text) => text.replaceAll('\n', `\n${'}\n'.repeat(100)}`),
    'has more than 5000 lines',
  ],
];

test.each(sample(TOO_LARGE, 1))('%s: 2, the file is named, and nothing is touched', async (_, edit, says) => {
  const cwd = await projectWith(edit);
  const before = wholeSnapshot(cwd);
  const { exitCode, stderr } = await run(LATER, { cwd });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(`${STORE} ${says}`) });
  expect(wholeSnapshot(cwd)).toEqual(before);
});

const LARGE: readonly [string, Edit][] = [
  ['one line of 1.9 MB', (text) => `${text}// ${'x'.repeat(1.9 * MEGABYTE)}\n`],
  ['4,500 lines', (text) => text + Array.from({ length: 4_500 }, (_, at) => `// mine ${at}\n`).join('')],
  ['4,500 times the same line', (text) => text + '}\n'.repeat(4_500)],
];

test.each(sample(LARGE, 1))('%s: merged, and the edit is kept', async (_, edit) => {
  const cwd = await projectWith(edit);
  const mine = readFileSync(join(cwd, STORE), 'utf8').slice(-1000);
  expect(await run(LATER, { cwd })).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(cwd, STORE), 'utf8')).toContain(mine);
});

sampled('a file without changes to merge is kept: 0', async () => {
  const cwd = await projectWith((text) => text + '}\n'.repeat(400_000));
  expect(await run(['--no-input'], { cwd })).toMatchObject({ exitCode: 0 });
});

sampled('a file that is replaced by the new text is backed up completely', async () => {
  const cwd = await projectWith((text) => text + '}\n'.repeat(400_000));
  const mine = readFileSync(join(cwd, STORE), 'utf8');
  expect(await run(['--no-input', '--restore', STORE], { cwd })).toMatchObject({ exitCode: 0 });
  expect(Object.values(wholeSnapshot(cwd))).toContain(mine);
});

sampled('a file with mixed line endings that is replaced gets its most common line ending', async () => {
  const cwd = await projectWith((text) => `${text}${'a\r\nb\r\nc\n'.repeat(100_000)}`);
  expect(await run(['--no-input', '--restore', STORE], { cwd })).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(cwd, STORE), 'utf8')).toMatch(/^([^\n]*\r\n)+$/);
});

sampled(
  'a package.json with a line that is too long for an addition: 2, and nothing is touched',
  async () => {
    const cwd = await temporaryFolder();
    const packages = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`p${at}`, '1']));
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ dependencies: packages }));
    const before = wholeSnapshot(cwd);
    expect(await run(['--yes', '-c', 'db'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('package.json has a line of more than 100000 characters'),
    });
    expect(wholeSnapshot(cwd)).toEqual(before);
  },
);
