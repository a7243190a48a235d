import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, expect, test } from 'vitest';
import { olderProgram } from '../support/other-programs.ts';
import { readIn, rememberedIn, run, temporaryFolder } from '../support/program.ts';
import { sample } from '../support/sampling.ts';

/* Two branches of one repository, each with its own run, that git merges afterwards. */

const MANIFEST = '.koa-mongo-session/manifest.json';
/** A change only in the store, in a comment. */
const OLDER_TEXTS = { 'Never an upsert,': 'This is no upsert,' };

let cwd = '';

beforeEach(async () => {
  cwd = await temporaryFolder();
  await git('init', '--initial-branch=main');
});

/** @returns the output and the exit code */
function git(...args: string[]) {
  const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com'];
  return execa('git', [...identity, ...args], { cwd, reject: false, all: true });
}

async function commit(what: string): Promise<void> {
  expect(await git('add', '--all')).toMatchObject({ exitCode: 0 });
  expect(await git('commit', '--message', what)).toMatchObject({ exitCode: 0 });
}

const runs = async (...args: string[]) =>
  expect(await run(['.', ...args], { cwd })).toMatchObject({ exitCode: 0 });

/** Both branches start at the current commit; the second one is then merged into the first. */
async function merge(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<void> {
  await git('switch', '--create', 'second');
  await second();
  await commit('second');
  await git('switch', 'main');
  await first();
  await commit('first');
  await git('merge', 'second');
}

async function conflicts(): Promise<string[]> {
  const { stdout } = await git('diff', '--name-only', '--diff-filter=U');
  return stdout.split('\n').filter((path) => path !== '');
}

/** Keeps the first side of each conflict in a file. */
function keepUpperSide(path: string): void {
  const text = readFileSync(join(cwd, path), 'utf8');
  writeFileSync(join(cwd, path), text.replaceAll(/^<{7}.*\n([\s\S]*?)^={7}\n[\s\S]*?^>{7}.*\n/gm, '$1'));
}

/** The subjects of the conflicts in the manifest: names of answers or paths of files. */
async function contested(): Promise<string[]> {
  const text = await readIn(cwd, MANIFEST);
  const blocks = [...text.matchAll(/"path": "([^"]+)"[^{}]*?^<{7}|^<{7}.*\n *"(?!sha256)(\w+)"/gm)];
  return blocks.map(([, path, answer]) => path ?? answer ?? '');
}

interface Branches {
  readonly what: string;
  readonly first: readonly string[];
  readonly second: readonly string[];
  /** Conflicts in the manifest. */
  readonly manifest: readonly string[];
  /** Other files with a conflict, without their bases. */
  readonly files: readonly string[];
  /** The answers after all conflicts are resolved. */
  readonly answers: Readonly<Record<string, unknown>>;
}

const INDEX = 'src/session/index.ts';

const CASES: readonly Branches[] = [
  {
    what: 'answers that change different files',
    first: ['--on-concurrent-write', 'overwrite'],
    second: ['--cookie-name', 'shop'],
    manifest: [],
    files: [],
    answers: { onConcurrentWrite: 'overwrite', cookieName: 'shop' },
  },
  {
    what: 'answers that change one file in different places',
    first: ['--ttl', '30d'],
    second: ['--cookie-name', 'shop'],
    manifest: [INDEX],
    files: [],
    answers: { ttl: '30d', cookieName: 'shop' },
  },
  {
    what: 'answers that change the same lines',
    first: ['--user-key', 'userId'],
    second: ['--on-concurrent-write', 'throw'],
    manifest: ['src/session/README.md', 'src/session/payload.ts', 'src/session/store.ts'],
    files: ['src/session/payload.ts', 'src/session/store.ts'],
    answers: { userKey: 'userId', onConcurrentWrite: 'throw' },
  },
  {
    what: 'the same answer',
    first: ['--ttl', '30d'],
    second: ['--ttl', '20d'],
    manifest: ['ttl', INDEX, 'src/session/README.md'],
    files: [INDEX, 'src/session/README.md'],
    answers: { ttl: '30d' },
  },
];

test.each(sample(CASES, 1))(
  'two branches change $what',
  async ({ first, second, manifest, files, answers }) => {
    await runs('-c', 'db', '--no-app');
    await commit('begin');
    await merge(
      () => runs(...first),
      () => runs(...second),
    );
    const found = await conflicts();
    expect((await contested()).sort()).toEqual([...manifest].sort());
    expect(found.filter((path) => !path.startsWith('.koa-mongo-session/'))).toEqual([...files].sort());
    if (found.length > 0) await settleAsTold(files);

    expect(await run(['.', '--on-conflict', 'fail'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(cwd)).toMatchObject(answers);
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
    const fresh = await temporaryFolder();
    const given = [...first, ...second.filter(() => second[0] !== first[0])];
    await run(['.', '-c', 'db', '--no-app', ...given], { cwd: fresh });
    for (const path of [INDEX, ...files]) expect(await readIn(cwd, path)).toBe(await readIn(fresh, path));
  },
);

/** Resolves the conflicts as the message of the next run says, which it returns; that run writes nothing. */
async function settleAsTold(files: readonly string[]): Promise<string> {
  const before = await readIn(cwd, MANIFEST);
  const { exitCode, stderr } = await run(['.'], { cwd });
  expect(exitCode).toBe(4);
  expect(stderr).toContain(
    `${MANIFEST} has conflict markers of git. Nothing was written. To resolve the conflict:`,
  );
  expect(await readIn(cwd, MANIFEST)).toBe(before);

  const [, command = ''] = /1\. git (.+)/.exec(stderr) ?? [];
  await checkOut(command.split(' '));
  expect(stderr).toContain('keep the upper side of each conflict');
  for (const path of [MANIFEST, ...files]) keepUpperSide(path);
  await commit('merged');
  return stderr;
}

/** Git checks out nothing while one of the paths was deleted on our side. */
async function checkOut(command: readonly string[]): Promise<void> {
  const { all } = await git(...command);
  const missing = [...(all ?? '').matchAll(/path '(.+)' does not have our version/g)].map(([, path]) => path);
  for (const path of missing) expect(await git('rm', path ?? '')).toMatchObject({ exitCode: 0 });
  expect(await git(...command)).toMatchObject({ exitCode: 0 });
}

test.each([
  { first: ['--no-app'], second: ['--user-key', 'user'] },
  { first: ['--user-key', 'user'], second: ['--no-app'] },
])(
  '$first meets $second: one of them removes a file, the other one changes it',
  async ({ first, second }) => {
    await runs('-c', 'url', '--url', 'mongodb://127.0.0.1/x', '--no-install');
    await commit('begin');
    await merge(
      () => runs(...first, '--on-concurrent-write', 'throw'),
      () => runs(...second, '--on-concurrent-write', 'overwrite'),
    );
    const own = (await conflicts()).filter((path) => !path.startsWith('.koa-mongo-session/'));
    expect(own).toContain('src/app.ts');
    await settleAsTold(own.filter((path) => path !== 'src/app.ts'));
    const settled = await run(['.', '--no-app', '--user-key', 'user', '--on-conflict', 'fail'], { cwd });
    expect(settled).toMatchObject({ exitCode: 0 });
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  },
);

test('one branch updates the program, another one changes an option', async () => {
  const older = olderProgram('0.1.0', OLDER_TEXTS);
  const runsOlder = (...args: string[]) =>
    execa(process.execPath, [older, '.', ...args], { cwd, stdin: 'ignore' });
  await runsOlder('-c', 'db', '--no-app');
  await commit('begin');
  await merge(runs, () => runsOlder('--ttl', '30d'));
  expect(await conflicts()).toEqual([]);
  expect(await readIn(cwd, 'src/session/store.ts')).toContain('Never an upsert,');
  expect(await rememberedIn(cwd)).toMatchObject({ ttl: '30d' });
  expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
});

test('one branch moves a file, which another one has edited and generated anew', async () => {
  await runs('-c', 'db', '--no-app');
  await commit('begin');
  await merge(
    async () => {
      await runs('--ttl', '30d');
      appendFileSync(join(cwd, INDEX), '\nexport const mine = 1;\n');
    },
    () => runs('--dir', 'src/auth'),
  );
  await settleAsTold([]);
  const { exitCode, stdout } = await run(['.', '--on-conflict', 'fail'], { cwd });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining('kept  src/auth/index.ts'),
  });
});

const BEGIN = ['-c', 'url', '--url', 'mongodb://127.0.0.1/x', '--no-app'];

test.each([
  {
    first: ['-c', 'db'],
    second: ['-c', 'mongoose'],
    reported: 'kept',
    answers: ['-c', 'db', '--no-app'],
  },
  {
    // Only with both answers, a comment says that the user is not encrypted.
    first: ['--user-key', 'userId'],
    second: ['--encrypt'],
    reported: 'in conflict',
    answers: [...BEGIN, '--user-key', 'userId', '--encrypt'],
  },
])(
  '$first meets $second: a file with lines of both sides is $reported, and restored as the message says',
  async ({ first, second, reported, answers }) => {
    await runs(...BEGIN);
    await commit('begin');
    await merge(
      () => runs(...first),
      () => runs(...second),
    );
    const own = (await conflicts()).filter((path) => !path.startsWith('.koa-mongo-session/'));
    expect(await settleAsTold(own)).toContain(
      'as kept or in conflict, git has mixed both sides in it: --restore',
    );
    const { stdout } = await run(['.'], { cwd });
    const mixed = [...stdout.matchAll(/^[=!] (kept|in conflict) +(\S+)/gm)];
    expect(mixed.map(([, action]) => action)).toContain(reported);
    const restored = mixed.flatMap(([, , path = '']) => ['--restore', path]);
    expect(await run(['.', ...restored], { cwd })).toMatchObject({ exitCode: 0 });
    const fresh = await temporaryFolder();
    await run(['.', ...answers], { cwd: fresh });
    for (const path of own) expect(await readIn(cwd, path)).toBe(await readIn(fresh, path));
  },
);
