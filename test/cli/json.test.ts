import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { outputSchema } from '../../src/core/report/output-schema.ts';
import { readIn, run, runAtTerminal, temporaryFolder } from '../support/program.ts';
import { KEYS } from '../support/terminal.ts';

const published = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schema/output.schema.json'), 'utf8'),
);
const validate = new Ajv({ allErrors: true }).compile(published);

function parse(stdout: string) {
  const value = JSON.parse(stdout);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
  return value;
}

test('the published schema matches the code', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(outputSchema())));
});

const STORE = 'src/session/store.ts';
const edit = async (cwd: string, path: string) =>
  writeFile(join(cwd, path), (await readIn(cwd, path)).replace(/^/, '// edited\n'));

/** A project in which the user edited a line of the store that --encrypt changes. */
async function inConflict(cwd: string): Promise<void> {
  await run(['.', '-c', 'db', '--no-app'], { cwd });
  await writeFile(join(cwd, 'src/session/index.ts'), '// all another\n');
}

interface Outcome {
  readonly what: string;
  readonly args: readonly string[];
  readonly before?: (cwd: string) => Promise<unknown>;
  readonly env?: Readonly<Record<string, string>>;
  readonly says: object;
}

const made = (cwd: string) => run(['.', '-c', 'db'], { cwd });

const OUTCOMES: readonly Outcome[] = [
  { what: 'a first run', args: ['.', '-c', 'db'], says: { exitCode: 0, written: true } },
  { what: 'nothing to do', before: made, args: ['.'], says: { exitCode: 0, written: false, steps: [] } },
  { what: 'a dry run', args: ['.', '-c', 'db', '--dry-run'], says: { exitCode: 0, written: false } },
  { what: 'drift', args: ['.', '-c', 'db', '--check'], says: { exitCode: 3, written: false } },
  { what: 'no drift', before: made, args: ['.', '--check'], says: { exitCode: 0, written: false } },
  {
    what: 'a difference',
    before: made,
    args: ['.', '--rolling', '--diff'],
    says: { exitCode: 0, diff: expect.stringContaining('--- a/src/session/index.ts') },
  },
  {
    what: 'a warning',
    args: ['.', '-c', 'db', '--touch-after', '1h'],
    says: { exitCode: 0, warnings: [expect.stringContaining('--touch-after')] },
  },
  {
    what: 'a usage error',
    args: ['--ttll', '5'],
    says: { exitCode: 2, written: false, error: { message: expect.stringContaining('Did you mean --ttl?') } },
  },
  {
    what: 'a bad answer',
    args: ['.', '-c', 'db', '--ttl', 'x'],
    says: { exitCode: 2, error: { message: expect.stringContaining('--ttl: must be a duration') } },
  },
  { what: 'a missing answer', args: ['.'], says: { exitCode: 2, written: false } },
  {
    what: 'a conflict',
    before: inConflict,
    args: ['.', '--rolling'],
    says: {
      exitCode: 4,
      written: false,
      files: expect.arrayContaining([
        expect.objectContaining({ action: 'conflict', hunks: expect.any(Array) }),
      ]),
    },
  },
  {
    what: 'markers',
    before: inConflict,
    args: ['.', '--rolling', '--on-conflict', 'markers'],
    says: {
      exitCode: 4,
      written: true,
      error: { message: expect.stringContaining('src/session/index.ts:') },
      files: expect.arrayContaining([expect.objectContaining({ action: 'markers', lines: [3] })]),
    },
  },
  {
    what: 'theirs',
    before: inConflict,
    args: ['.', '--rolling', '--on-conflict', 'theirs'],
    says: {
      exitCode: 0,
      files: expect.arrayContaining([expect.objectContaining({ backup: expect.any(String) })]),
    },
  },
  {
    what: 'something in the way',
    before: (cwd) => mkdir(join(cwd, STORE), { recursive: true }),
    args: ['.', '-c', 'db'],
    says: { exitCode: 2, error: { message: expect.stringContaining(STORE) } },
  },
  {
    what: 'a failed install',
    args: ['.', '-c', 'db', '--install', '--package-manager', 'bun'],
    env: { PATH: '/nowhere' },
    says: { exitCode: 5, written: true, error: { message: expect.stringContaining('bun install') } },
  },
  {
    what: 'an undo',
    before: made,
    args: ['undo'],
    says: {
      exitCode: 0,
      written: true,
      files: expect.arrayContaining([{ path: STORE, action: 'removed' }]),
    },
  },
  { what: 'an undo of nothing', args: ['undo'], says: { exitCode: 2, written: false } },
  { what: 'the help', args: ['--help'], says: { exitCode: 0, text: expect.stringContaining('Exit codes') } },
  {
    what: 'flags that npm kept',
    args: ['app', 'db'],
    env: { npm_command: 'init', npm_config_connection: 'true' },
    says: { exitCode: 2, written: false },
  },
];

test.each(OUTCOMES)(
  '--json writes one value that matches the schema: $what',
  async ({ args, before, env = {}, says }) => {
    const cwd = await temporaryFolder();
    await before?.(cwd);
    const { stdout, exitCode } = await run([...args, '--json'], { cwd, env });
    const value = parse(stdout);
    expect(value).toMatchObject(says);
    expect(value.exitCode).toBe(exitCode);
  },
);

test.each([
  {
    what: 'Ctrl-C',
    end: (terminal: ReturnType<typeof runAtTerminal>) => terminal.type(KEYS.ctrlC),
    exitCode: 130,
  },
  {
    what: 'SIGTERM',
    end: (terminal: ReturnType<typeof runAtTerminal>) => process.kill(terminal.pid, 'SIGTERM'),
    exitCode: 143,
  },
])('--json writes one value that matches the schema: $what at a question', async ({ end, exitCode }) => {
  const cwd = await temporaryFolder();
  const terminal = runAtTerminal(['app', '-c', 'db', '--json'], { cwd });
  await terminal.sees('Collection');
  end(terminal);
  expect(await terminal.ended).toMatchObject({ exitCode });
  expect(
    parse(terminal.screen.slice(terminal.screen.indexOf('{\n'), terminal.screen.lastIndexOf('}') + 1)),
  ).toMatchObject({
    exitCode,
    written: false,
  });
});

test('--json also reports an edit that was kept', async () => {
  const cwd = await temporaryFolder();
  await made(cwd);
  await edit(cwd, STORE);
  expect(parse((await run(['.', '--json'], { cwd })).stdout).files).toContainEqual({
    id: 'store',
    path: STORE,
    action: 'keep',
  });
});
