// Imported first, so that all other modules see the failing file system.
import '../support/rerun/faults.ts';

import { cpSync, existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
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
/** Edited in two places, one of which overlaps with the new text. */
const EDITED: Tree = {
  'src/store.ts': source('store', 'const a = 1;', '', 'const b = 1; // mine'),
  'src/index.ts': source('session', 'export const ttl = 3;'),
  '.env': 'MINE=1\n',
};
const RENDERED: Tree = {
  'src/store.ts': source('store', 'const a = 2;', '', 'const b = 1;'),
  'src/index.ts': source('session', 'export const ttl = 2;'),
};

/** The arguments of a child process, and a function that does the same in this process. */
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
    await commitChanges(root, changesToUndo(root));
  },
};

/** A run that is repeated with different faults. */
interface Situation {
  readonly home: string;
  /** The project before the run. */
  readonly before: Tree;
  /** The project after a run without faults. */
  readonly after: Tree;
  readonly command: Command;
  /** The possible states of the files while the run is interrupted. */
  readonly versions: readonly Tree[];
}

/** The result of a run in its own process, which is killed. */
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

/** The result of a run in this process, and its calls. */
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

/** A process id that does not exist. Outside of tests, a lock that a run could not remove belongs to a dead process. */
const NO_PROCESS = 2 ** 22 + 1;

function orphanLocks(project: string): void {
  const folder = join(project, '.koa-mongo-session');
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (name.startsWith('lock-'))
      renameSync(join(folder, name), join(folder, name.replace(/-\d+-/, `-${NO_PROCESS}-`)));
}

/** All files. None of them is there if the folder of the project does not exist. */
const filesOf = (project: string): Tree => (existsSync(project) ? wholeSnapshot(project) : {});

/** All files except the data of `undo`, which contains a random name. */
function state(project: string): Tree {
  const entries = Object.entries(filesOf(project));
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
  const [template, project] = [join(home, 'template'), join(home, name)];
  if (existsSync(template)) cpSync(template, project, { recursive: true });
  return project;
}

async function first(): Promise<Situation> {
  return situation(
    async () => {},
    generateFrom(writeTree(join(await temporaryFolder(), 'rendered'), RENDERED)),
  );
}

/** Also creates the folder of the project. */
async function creating(): Promise<Situation> {
  const whole = await first();
  rmdirSync(join(whole.home, 'template'));
  return whole;
}

/** Only creates files, but their bases are needed to merge the edits of the user. */
async function beside(): Promise<Situation> {
  const rendered = writeTree(join(await temporaryFolder(), 'rendered'), RENDERED);
  return situation(async (project) => writeTree(project, EDITED), {
    args: [],
    carryOut: (project) => generate(project, readRendered(rendered), { run: { onConflict: 'mine' } }),
  });
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

/**
 * The previous run was killed during its renames: this one has to restore the files first, and then does its own work.
 */
async function repair(): Promise<Situation> {
  const { command, versions } = await again();
  const halfWay = await situation(async (project) => {
    await prepareAgain(project);
    const killed = await killedAt(project, command, { call: 'renameSync', at: 6 });
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
  }, command);
  return { ...halfWay, versions };
}

/** The number of sampled calls, out of more than 40 that write; each takes two processes. */
const KILLS = 2;
/** The number of sampled calls of all kinds, each with one of its possible errors. */
const ERRORS_MET = 5;

/** The calls of a run without faults. */
async function callsOf({ home, command }: Situation, of: Fault['of']) {
  const root = copyOf(home, `counted-${of}`);
  const { calls } = await carryOutWith({ root, of, at: 0, fault: '' }, command);
  return { places: calls.places, trace: calls.trace.filter((line) => !line.startsWith('on disk: ')) };
}

/** The names of the called functions, without arguments. */
const nameOf = (line: string): string => line.slice(0, line.indexOf(':'));

/** Calls `check` with a new project in which a run had the fault. Errors name the fault. */
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
    // The number of calls varies, since calls that wait for the disk finish in any order.
    if (hit !== undefined) await check(project, ended);
  } catch (cause) {
    throw new Error(`${fault.fault} at call ${fault.at}, ${hit}`, { cause });
  }
  rmSync(project, { recursive: true, force: true });
}

/** Each file is the old or the new one, and the user's own files are there. */
function expectWhole(project: string, { versions }: Situation): void {
  const now = filesOf(project);
  for (const path of new Set(versions.flatMap((version) => Object.keys(version)))) {
    expect(
      versions.map((version) => version[path]),
      path,
    ).toContain(now[path]);
  }
}

/** Empty folders that should not be there. */
function emptyFolders(project: string): string[] {
  if (!existsSync(project)) return [];
  const folders = readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return folders.filter((folder) => readdirSync(folder).length === 0);
}

/** With the number of calls that each has at least, so that faults hit something. */
const SITUATIONS = [
  ['the first run', first, 150],
  ['the first run, in a folder that does not exist', creating, 100],
  ['a later run', again, 150],
  ['the run after one that was killed', repair, 150],
  ['undo', undo, 150],
] as const;

describe.each(sample(SITUATIONS, 1))('%s', (_, prepare, leastCalls) => {
  test('after a kill at any call, no file is damaged, and the next run restores the project and completes', async () => {
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
      rmSync(project, { recursive: true, force: true });
    };
    await Promise.all([killAtEach(), killAtEach()]);
  });

  test('when any call fails, all files are as before, or all are new', async () => {
    const whole = await prepare();
    const calls = await callsOf(whole, 'all');
    expect(calls.trace.length).toBeGreaterThan(leastCalls);
    const numbers = representativeCalls(calls);
    // Each call fails with one of its errors, a different one in each run.
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
        // Except for one that the system did not let the run remove.
        expect(emptyFolders(project).filter((folder) => hit !== `rmdirSync: ${folder}`)).toEqual([]);
      });
    }
  });

  test('when the disk is full, all files are as before', async () => {
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

test('after a kill when only the state folder existed, the next run removes that folder', async () => {
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
 * A power failure loses data that was not synced by `fsync`. A test cannot cut the power, so it checks the order of the
 * calls.
 */
describe.each([
  ['the first run in an existing folder', first],
  ['a first run that keeps files of the user', beside],
  ['a later run', again],
  ['undo', undo],
] as const)('%s', (_, prepare) => {
  test('syncs every file before its rename, and the folders afterwards', async () => {
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

test('a run that creates the folder of the project does not wait for the disk, since nothing in it can be lost', async () => {
  const { home, command, after } = await creating();
  const project = copyOf(home, 'new');
  const { calls } = await carryOutWith({ root: project, fault: '', of: 'writes', at: 0 }, command);
  expect(calls.trace.filter((line) => line.startsWith('on disk: '))).toEqual([]);
  expect(state(project)).toEqual(after);
});

test('a journal that a power failure emptied does not stop the next run', async () => {
  const { home, command, after } = await first();
  const project = copyOf(home, 'unwritten');
  writeTree(project, { '.koa-mongo-session/pending/journal.json': '' });
  await command.carryOut(project);
  expect(state(project)).toEqual(after);
});

test('bases that were emptied are written again, without a question', async () => {
  const { home, command, after } = await first();
  const project = copyOf(home, 'emptied');
  await command.carryOut(project);
  const emptied = Object.keys(after).filter((path) => path.endsWith('.base'));
  writeTree(project, Object.fromEntries(emptied.map((path) => [path, ''])));
  await command.carryOut(project);
  expect(emptied).not.toEqual([]);
  expect(state(project)).toEqual(after);
});

test('the lock is created as a new file; opening an existing file does not count as a write', async () => {
  const { home, command } = await first();
  const project = copyOf(home, 'locked');
  const { calls } = await carryOutWith({ root: project, fault: '', of: 'writes', at: 0 }, command);
  expect(
    calls.trace.filter((line) => line.startsWith(`open: ${project}/.koa-mongo-session/lock-`)),
  ).not.toEqual([]);
});

/** Errors of the file system, the network and the limits of a process. */
const ERRORS = ['EIO', 'EMFILE', 'EDQUOT', 'EACCES', 'EROFS', 'EEXIST'] as const;

/** An undo that was killed after its last step is itself undone by the next one. */
function expectDone(now: Tree, { command, before, after }: Situation): void {
  if (command === UNDO) expect([before, after]).toContainEqual(now);
  else expect(now).toEqual(after);
}
