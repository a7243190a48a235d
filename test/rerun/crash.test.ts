import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openProject } from '../../src/io/write/open.ts';
import { commitChanges } from '../../src/io/write/transaction.ts';
import { changesToUndo } from '../../src/io/write/undo.ts';
import { temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import { GENERATOR, generate, readRendered, source } from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { fc, sample } from '../support/sampling.ts';
import { type Tree, writeTree } from '../support/tree.ts';

const program = useProgram();

const GENERATED: Tree = {
  'src/store.ts': source('store', 'const a = 1;', '', 'const b = 1;'),
  'src/index.ts': source('session', 'export const ttl = 1;'),
  'src/old/gone.ts': source('gone'),
};
/** Edited in one place, and in another where the new text is to be taken. */
const EDITED: Tree = {
  'src/store.ts': source('store', 'const a = 1;', '', 'const b = 1; // mine'),
  'src/index.ts': source('session', 'export const ttl = 3;'),
  '.env': 'MINE=1\n',
};
const RENDERED: Tree = {
  'src/store.ts': source('store', 'const a = 2;', '', 'const b = 1;'),
  'src/index.ts': source('session', 'export const ttl = 2;'),
};

/** What a child process is told, and what does the same in this one. */
interface Command {
  readonly args: readonly string[];
  readonly carryOut: (project: string) => Promise<unknown>;
}

function generateFrom(rendered: string): Command {
  const options = { patches: true, run: { onConflict: 'theirs' } } as const;
  return {
    args: [rendered, '--patches', '--on-conflict', 'theirs'],
    carryOut: (project) => generate(project, readRendered(rendered), options),
  };
}

const UNDO: Command = {
  args: ['--undo'],
  carryOut: async (project) => {
    const { root } = await openProject(project, GENERATOR);
    await commitChanges(root, await changesToUndo(root));
  },
};

/** A run that is done over and over, each time with another fault. */
interface Situation {
  readonly home: string;
  /** The project before the run. */
  readonly before: Tree;
  /** The project after a run without faults. */
  readonly after: Tree;
  readonly command: Command;
  /** The project as it may be seen half-way: each file is that of one of these. */
  readonly versions: readonly Tree[];
}

/** In a process of its own, which may not survive it. */
async function run(project: string, { args }: Command, env: Record<string, string>) {
  const argv = ['--import', program.faults, program.file, project, ...args];
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env, FAULT_ROOT: project },
  });
  const stderr = await text(child.stderr);
  const [exitCode, signal] =
    child.exitCode === null && child.signalCode === null
      ? await once(child, 'close')
      : [child.exitCode, child.signalCode];
  return { exitCode, signal, stderr };
}

/** All but what takes the run back, which has a random name in it. */
function state(project: string): Tree {
  const entries = Object.entries(wholeSnapshot(project));
  return Object.fromEntries(entries.filter(([path]) => !path.startsWith('.koa-mongo-session/undo/')));
}

async function situation(
  prepare: (project: string) => Promise<unknown>,
  command: Command,
): Promise<Situation> {
  const home = await temporaryFolder();
  await prepare(writeTree(join(home, 'template'), {}));
  const before = state(join(home, 'template'));
  const perfect = copyOf(home, 'perfect');
  await command.carryOut(perfect);
  const after = state(perfect);
  return { home, before, after, command, versions: [before, after] };
}

function copyOf(home: string, name: string): string {
  const project = join(home, name);
  cpSync(join(home, 'template'), project, { recursive: true });
  return project;
}

async function first(): Promise<Situation> {
  return situation(
    async () => {},
    generateFrom(writeTree(join(await temporaryFolder(), 'rendered'), RENDERED)),
  );
}

async function prepareAgain(project: string): Promise<void> {
  await generate(project, readRendered(writeTree(join(await temporaryFolder(), 'generated'), GENERATED)));
  writeTree(project, EDITED);
}

async function again(): Promise<Situation> {
  return situation(
    prepareAgain,
    generateFrom(writeTree(join(await temporaryFolder(), 'rendered'), RENDERED)),
  );
}

async function undo(): Promise<Situation> {
  const { command } = await again();
  return situation(async (project) => {
    await prepareAgain(project);
    await command.carryOut(project);
  }, UNDO);
}

/** The run before was killed amid its renames: this one is to put back what it did, and then to do its own work. */
async function repair(): Promise<Situation> {
  const { command, versions } = await again();
  const halfWay = await situation(async (project) => {
    await prepareAgain(project);
    const { signal } = await run(project, command, {
      FAULT: 'kill',
      FAULT_CALL: 'renameSync',
      FAULT_AT: '6',
    });
    expect(signal).toBe('SIGKILL');
  }, command);
  return { ...halfWay, versions };
}

/** Of the more than 40 calls of a run that write; of all its calls, and of the errors that each may meet. */
const SAMPLED = 8;

/** Of a run without faults. */
async function callsOf({ home, command }: Situation, counted: 'writes' | 'all'): Promise<readonly number[]> {
  const env = { FAULT_AT: `${Infinity}`, FAULT_OF: counted };
  const { stderr } = await run(copyOf(home, `counted-${counted}`), command, env);
  const calls = Number(/(\d+) calls$/.exec(stderr.trimEnd())?.[1]);
  return Array.from({ length: calls }, (_, index) => index + 1);
}

interface Fault {
  /** See support/rerun/faults.ts. */
  readonly fault: string;
  readonly of: 'writes' | 'all';
  readonly at: number;
}

/** Calls `check` for a sample of the faults, or for all, with a project of its own in which a run met the fault. */
async function atFaults(
  { home, command }: Situation,
  faults: readonly Fault[],
  check: (project: string, result: Awaited<ReturnType<typeof run>>) => Promise<void>,
): Promise<void> {
  const left = sample(faults, SAMPLED, ({ fault }) => fault);
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { fault, of, at } = next;
      const project = copyOf(home, `${fault}-${at}`);
      const result = await run(project, command, { FAULT: fault, FAULT_OF: of, FAULT_AT: `${at}` });
      // How many calls a run makes is not the same each time: those that wait for the disk end in any order.
      if (result.stderr.includes('met the fault')) await check(project, result);
      rmSync(project, { recursive: true });
    }
  };
  await Promise.all([work(), work()]);
}

/** Each file is the old one or the new one, and what the user alone wrote is there. */
function expectWhole(project: string, { versions }: Situation): void {
  const now = wholeSnapshot(project);
  for (const path of new Set(versions.flatMap((version) => Object.keys(version)))) {
    expect(
      versions.map((version) => version[path]),
      path,
    ).toContain(now[path]);
  }
}

/** Folders with nothing in them, which nobody has asked for. */
function emptyFolders(project: string): string[] {
  const folders = readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return folders.filter((folder) => readdirSync(folder).length === 0);
}

describe.each([
  ['the first run', first],
  ['a later run', again],
  ['the run after one that was killed', repair],
  ['undo', undo],
] as const)('%s', (_, prepare) => {
  test('killed at any call, the project is whole, the next run puts it back, and then completes', async () => {
    const whole = await prepare();
    const calls = await callsOf(whole, 'writes');
    expect(calls.length).toBeGreaterThan(40);
    const faults = calls.map((at): Fault => ({ fault: 'kill', of: 'writes', at }));
    await atFaults(whole, faults, async (project, { signal }) => {
      expect(signal).toBe('SIGKILL');
      expectWhole(project, whole);
      await openProject(project, GENERATOR);
      expect(whole.versions).toContainEqual(state(project));
      expect(emptyFolders(project)).toEqual([]);
      await whole.command.carryOut(project);
      expectDone(state(project), whole);
      expect(emptyFolders(project)).toEqual([]);
    });
  });

  test('when any call fails, reading or writing, all is as it was before, or all is done', async () => {
    const whole = await prepare();
    const calls = await callsOf(whole, 'all');
    // Each call meets one of the errors, another one in another run.
    const errors = fc.sample(fc.constantFrom(...ERRORS), calls.length);
    const faults = calls.map((at): Fault => ({ fault: errors[at - 1] ?? 'EIO', of: 'all', at }));
    await atFaults(whole, faults, async (project, { exitCode, stderr }) => {
      expectWhole(project, whole);
      if (exitCode !== 0) {
        expect({ exitCode, stderr }).toEqual({
          exitCode: expect.toSatisfy((code) => code === 2 || code === 4),
          stderr: expect.stringMatching(/^error: .*[a-z]/m),
        });
        expect(stderr).not.toMatch(/^ +at /m);
      }
      await openProject(project, GENERATOR);
      expect(whole.versions).toContainEqual(state(project));
      if (exitCode === 0 && whole.command !== UNDO) expect(state(project)).toEqual(whole.after);
      expect(emptyFolders(project)).toEqual([]);
    });
  });

  test('when the disk is full, all is as it was before', async () => {
    const whole = await prepare();
    const calls = await callsOf(whole, 'writes');
    const faults = calls.map((at): Fault => ({ fault: 'full', of: 'writes', at }));
    await atFaults(whole, faults, async (project, { exitCode, stderr }) => {
      expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining('no space left') });
      expectWhole(project, whole);
      await openProject(project, GENERATOR);
      expect(whole.versions).toContainEqual(state(project));
      expect(emptyFolders(project)).toEqual([]);
    });
  });
});

test('when not even the folder of the project can be looked at, that is said', async () => {
  const { home, command } = await first();
  const project = copyOf(home, 'unseen');
  const { exitCode, stderr } = await run(project, command, {
    FAULT: 'EIO',
    FAULT_OF: 'all',
    FAULT_AT: '1',
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 4,
    stderr: expect.stringContaining(`Cannot read ${project}: the disk failed. Nothing was written.`),
  });
});

/**
 * A power cut loses what no `fsync` has waited for. No test can cut the power, so this one reads the order of the calls.
 */
describe.each([
  ['the first run', first],
  ['a later run', again],
  ['undo', undo],
] as const)('%s', (_, prepare) => {
  test('renames nothing that is not on the disk, and waits for the folders in which it did', async () => {
    const { home, command } = await prepare();
    const project = copyOf(home, 'traced');
    const { stderr } = await run(project, command, { FAULT_AT: '0' });
    const trace = stderr.split('\n');
    const written = trace.filter((line) => line.startsWith('writeFileSync: ')).map((line) => line.slice(15));
    const renamed = written.filter((path) => trace.includes(`renameSync: ${path}`));
    expect(renamed.length).toBeGreaterThan(2);
    for (const path of renamed) {
      const renaming = trace.indexOf(`renameSync: ${path}`);
      expect(trace.slice(0, renaming)).toContain(`on disk: ${path}`);
      expect(trace.slice(renaming)).toContain(`on disk: ${dirname(path)}`);
    }
  });
});

/** What a file system, a network and the limits of a process refuse. */
const ERRORS = ['EIO', 'EMFILE', 'EDQUOT', 'EACCES', 'EROFS', 'EEXIST'] as const;

/** An undo that was killed after its last step is undone by the next one. */
function expectDone(now: Tree, { command, before, after }: Situation): void {
  if (command === UNDO) expect([before, after]).toContainEqual(now);
  else expect(now).toEqual(after);
}
