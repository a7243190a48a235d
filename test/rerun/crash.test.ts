// Before what is to see its files fail.
import '../support/rerun/faults.ts';

import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { openProject } from '../../src/io/write/open.ts';
import { commitChanges } from '../../src/io/write/transaction.ts';
import { changesToUndo } from '../../src/io/write/undo.ts';
import { temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import { type Fault, heal, injectFault } from '../support/rerun/faults.ts';
import { GENERATOR, generate, readRendered, source } from '../support/rerun/generate.ts';
import { representativeCalls } from '../support/rerun/representative.ts';
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

/** The arguments of a child process, and what does the same in this one. */
interface Command {
  readonly args: readonly string[];
  readonly carryOut: (project: string) => Promise<unknown>;
}

function generateFrom(rendered: string): Command {
  const options = { patches: true, run: { onConflict: 'theirs' } } as const;
  return {
    args: [rendered, '--patches', '--on-conflict', 'theirs'],
    carryOut: async (project) => {
      const { problem } = await generate(project, readRendered(rendered), options);
      if (problem) throw problem;
    },
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

/** What becomes of a run in a process of its own, which a kill ends. */
async function killedAt(project: string, { args }: Command, { at, call }: Pick<Fault, 'at' | 'call'>) {
  const argv = ['--import', program.faulty, program.file, project, ...args];
  const env = {
    FAULT: 'kill',
    FAULT_ROOT: project,
    FAULT_AT: `${at}`,
    ...(call !== undefined && { FAULT_CALL: call }),
  };
  const { signal, stderr } = await execa(process.execPath, argv, { stdin: 'ignore', reject: false, env });
  return { signal, stderr };
}

/** How a run ends in this process, and what it called. */
async function carryOutWith(fault: Fault, { carryOut }: Command) {
  const calls = injectFault(fault);
  try {
    await carryOut(fault.root);
    return { calls, exitCode: 0, message: '' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { calls, exitCode: error.exitCode, message: error.message };
  } finally {
    heal();
    orphanLocks(fault.root);
  }
}

/** No process has a number as large. A lock that a run could not remove is, outside of a test, that of a dead one. */
const NO_PROCESS = 2 ** 22 + 1;

function orphanLocks(project: string): void {
  const folder = join(project, '.koa-mongo-session');
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (name.startsWith('lock-'))
      renameSync(join(folder, name), join(folder, name.replace(/-\d+-/, `-${NO_PROCESS}-`)));
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
    const killed = await killedAt(project, command, { call: 'renameSync', at: 6 });
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
  }, command);
  return { ...halfWay, versions };
}

/** Of the more than 40 calls of a run that write; each of them takes two processes. */
const KILLS = 3;
/** Of all its calls, with one of the errors that each may meet. */
const ERRORS_MET = 8;

/** Of a run without faults. */
async function callsOf({ home, command }: Situation, of: Fault['of']) {
  const root = copyOf(home, `counted-${of}`);
  const { calls } = await carryOutWith({ root, of, at: 0, fault: '' }, command);
  return { places: calls.places, trace: calls.trace.filter((line) => !line.startsWith('on disk: ')) };
}

/** What the run called, without what it was called with. */
const nameOf = (line: string): string => line.slice(0, line.indexOf(':'));

/** Calls `check` with a project of its own in which a run met the fault. Says in an error which fault it was. */
async function withFault(
  { home, command }: Situation,
  fault: Omit<Fault, 'root'>,
  check: (project: string, ended: Awaited<ReturnType<typeof carryOutWith>>) => Promise<void>,
): Promise<void> {
  const project = copyOf(home, `${fault.fault}-${fault.at}`);
  let hit: string | undefined;
  try {
    const ended = await carryOutWith({ ...fault, root: project }, command);
    hit = ended.calls.hit;
    // How many calls a run makes is not the same each time: those that wait for the disk end in any order.
    if (hit !== undefined) await check(project, ended);
  } catch (cause) {
    throw new Error(`${fault.fault} at call ${fault.at}, ${hit}`, { cause });
  }
  rmSync(project, { recursive: true });
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

/** Empty folders that should not be there. */
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
    const { trace } = await callsOf(whole, 'writes');
    expect(trace.length).toBeGreaterThan(40);
    const left = sample([...trace.keys()], KILLS);
    const killAtEach = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await killAt(next + 1);
    };
    const killAt = async (at: number) => {
      const project = copyOf(whole.home, `kill-${at}`);
      const { signal, stderr } = await killedAt(project, whole.command, { at });
      if (signal === undefined && !stderr.includes('met the fault')) return;
      expect({ at, signal, stderr }).toMatchObject({ signal: 'SIGKILL' });
      expectWhole(project, whole);
      await openProject(project, GENERATOR);
      expect(whole.versions).toContainEqual(state(project));
      expect(emptyFolders(project)).toEqual([]);
      await whole.command.carryOut(project);
      expectDone(state(project), whole);
      expect(emptyFolders(project)).toEqual([]);
      rmSync(project, { recursive: true });
    };
    await Promise.all([killAtEach(), killAtEach()]);
  });

  test('when a call fails, wherever it is made, reading or writing, all is as it was before, or all is done', async () => {
    const whole = await prepare();
    const calls = await callsOf(whole, 'all');
    expect(calls.trace.length).toBeGreaterThan(150);
    const numbers = representativeCalls(calls);
    // Each call meets one of the errors, another one in another run.
    const errors = fc.sample(fc.constantFrom(...ERRORS), numbers.length);
    const faults = numbers.map((at, index) => ({
      fault: errors[index] ?? 'EIO',
      of: 'all' as const,
      at,
      name: nameOf(calls.trace[at - 1] ?? ''),
    }));
    for (const fault of sample(faults, ERRORS_MET, ({ name }) => name)) {
      await withFault(whole, fault, async (project, { exitCode, message, calls: { hit } }) => {
        expectWhole(project, whole);
        expect(exitCode).toBeOneOf([0, 2, 4]);
        await openProject(project, GENERATOR);
        expect(whole.versions).toContainEqual(state(project));
        if (exitCode === 0 && whole.command !== UNDO) expect(state(project)).toEqual(whole.after);
        if (exitCode !== 0) expect(message).toMatch(/[a-z]/);
        // But for one that the system did not let the run remove.
        expect(emptyFolders(project).filter((folder) => hit !== `rmdirSync: ${folder}`)).toEqual([]);
      });
    }
  });

  test('when the disk is full, all is as it was before', async () => {
    const whole = await prepare();
    const { trace } = await callsOf(whole, 'writes');
    const faults = trace.map((_, index) => ({ fault: 'full', of: 'writes' as const, at: index + 1 }));
    for (const fault of sample(faults, ERRORS_MET)) {
      await withFault(whole, fault, async (project, { exitCode, message }) => {
        expect({ exitCode, message }).toEqual({
          exitCode: 4,
          message: expect.stringContaining('no space left'),
        });
        expectWhole(project, whole);
        await openProject(project, GENERATOR);
        expect(whole.versions).toContainEqual(state(project));
        expect(emptyFolders(project)).toEqual([]);
      });
    }
  });
});

test('killed when it had made nothing but the folder of its state, the next run removes that', async () => {
  const whole = await first();
  const project = copyOf(whole.home, 'begun');
  await killedAt(project, whole.command, { at: 2 });
  expect(emptyFolders(project)).toEqual([join(project, '.koa-mongo-session')]);
  await openProject(project, GENERATOR);
  expect(readdirSync(project)).toEqual([]);
});

test('a folder of the project that cannot be read is named', async () => {
  const { home, command } = await first();
  const root = copyOf(home, 'unseen');
  expect(await carryOutWith({ root, fault: 'EIO', of: 'all', at: 1 }, command)).toMatchObject({
    exitCode: 4,
    message: `Cannot read ${root}: the disk failed. Nothing was written.`,
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
    const { calls } = await carryOutWith({ root: project, fault: '', of: 'writes', at: 0 }, command);
    const { trace } = calls;
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

test('the lock of a run is a file that was not there: what is opened in any other way is no call that writes', async () => {
  const { home, command } = await first();
  const project = copyOf(home, 'locked');
  const { calls } = await carryOutWith({ root: project, fault: '', of: 'writes', at: 0 }, command);
  expect(
    calls.trace.filter((line) => line.startsWith(`open: ${project}/.koa-mongo-session/lock-`)),
  ).not.toEqual([]);
});

/** What a file system, a network and the limits of a process refuse. */
const ERRORS = ['EIO', 'EMFILE', 'EDQUOT', 'EACCES', 'EROFS', 'EEXIST'] as const;

/** An undo that was killed after its last step is undone by the next one. */
function expectDone(now: Tree, { command, before, after }: Situation): void {
  if (command === UNDO) expect([before, after]).toContainEqual(now);
  else expect(now).toEqual(after);
}
