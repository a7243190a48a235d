import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { PROGRAM, run, temporaryFolder } from '../support/program.ts';
import { useProgram } from '../support/rerun/bundle.ts';
import { generate, renderedFrom, source } from '../support/rerun/generate.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { writeTree } from '../support/tree.ts';

const program = useProgram();

const RENDERED = { 'src/store.ts': source('store', 'one'), 'README.md': '# One\n' };
const LONG = 'a'.repeat(300);

/** Obstacles for a project; each is created in an empty home folder. */
const WORLDS: readonly {
  readonly world: string;
  readonly make: (home: string) => void;
  readonly directory?: string;
  readonly rendered?: Readonly<Record<string, string>>;
  readonly says: string;
}[] = [
  {
    world: 'a name too long for a folder, around the project',
    make: () => {},
    directory: `${LONG}/app`,
    says: `${LONG}/app cannot be read: its name is too long for this file system`,
  },
  {
    world: 'a link to nothing as the project',
    make: (home) => symlinkSync('nowhere', join(home, 'app')),
    directory: 'app',
    says: '/app is a symbolic link to nothing; name a directory.',
  },
  {
    world: 'a link to itself as the project',
    make: (home) => symlinkSync('app', join(home, 'app')),
    directory: 'app',
    says: '/app cannot be read: it leads into a loop of symbolic links',
  },
  {
    world: 'a folder that is a link to nothing',
    make: (home) => symlinkSync('nowhere', join(home, 'src')),
    says: 'src/store.ts cannot be written: src is a symbolic link to nothing',
  },
  {
    world: 'a folder that is a link to itself',
    make: (home) => symlinkSync('src', join(home, 'src')),
    says: 'src/store.ts cannot be read: it leads into a loop of symbolic links',
  },
  {
    world: 'a file that is a link to itself',
    make: (home) => symlinkSync('.env', join(home, '.env')),
    says: '.env cannot be read: it leads into a loop of symbolic links',
  },
  {
    world: 'a file that is a link to another one that is written',
    make: (home) => {
      writeTree(home, { '.env': 'A=1\n' });
      symlinkSync('.env', join(home, 'README.md'));
    },
    says: 'README.md is a symbolic link to .env, which is written itself',
  },
  {
    world: 'a folder of the name of a file to come',
    make: () => {},
    rendered: { ...RENDERED, 'readme.md/index.ts': source('session', 'one') },
    says: 'readme.md/index.ts cannot be written: README.md will be a file',
  },
  {
    world: 'a folder of the name of a file that is patched',
    make: () => {},
    rendered: { ...RENDERED, '.gitignore/in/index.ts': source('session', 'one') },
    says: '.gitignore/in/index.ts cannot be written: .gitignore will be a file',
  },
];

describe.each(WORLDS)('$world', ({ make, directory = '.', rendered = RENDERED, says }) => {
  test.each([{ dryRun: true }, { dryRun: false }])('is refused, and nothing is touched: %o', async (mode) => {
    const home = await temporaryFolder();
    make(home);
    const before = wholeSnapshot(home);
    const refused = generate(join(home, directory), renderedFrom(rendered), {
      run: mode,
      patches: true,
    }).then(({ problem }) => Promise.reject(problem));
    await expect(refused).rejects.toMatchObject({
      name: 'UserError',
      exitCode: 2,
      message: expect.stringContaining(says),
    });
    expect(wholeSnapshot(home)).toEqual(before);
  });
});

/** Root can read everything, so the test runs as `nobody`. Other users are bound by permissions anyway. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe('without permission to read', () => {
  test.each(['.env', 'README.md', 'src', '.koa-mongo-session', '.'])(
    '%s, the run is refused, and nothing is touched',
    async (path) => {
      const home = await temporaryFolder();
      const project = writeTree(join(home, 'project'), { '.env': 'A=1\n', 'README.md': '# Mine\n' });
      mkdirSync(join(project, 'src'));
      mkdirSync(join(project, '.koa-mongo-session'));
      const rendered = writeTree(join(home, 'rendered'), RENDERED);
      if (NOBODY.uid !== undefined)
        for (const folder of [home, project]) chownSync(folder, NOBODY.uid, NOBODY.gid);
      chmodSync(join(project, path), 0o000);

      const args = [program.file, project, rendered, '--patches'];
      const { exitCode, stderr } = await execa(process.execPath, args, { reject: false, ...NOBODY });

      chmodSync(join(project, path), 0o700);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining('cannot be read: permission is missing'),
      });
      expect(wholeSnapshot(project)).toEqual({ '.env': 'A=1\n', 'README.md': '# Mine\n' });
    },
  );
});

describe('a generated file that can no longer be read', () => {
  test.each([
    ['and is no longer generated', (rendered: string) => [rendered]],
    ['by the undo of the run that made it', () => ['--undo']],
  ])('%s, does not count as edited: 2, and nothing is touched', async (_, argsFor) => {
    const home = await temporaryFolder();
    const project = writeTree(join(home, 'project'), {});
    await generate(project, renderedFrom({ ...RENDERED, 'src/old/gone.ts': source('gone') }));
    const before = wholeSnapshot(project);
    const rendered = writeTree(join(home, 'rendered'), RENDERED);
    if (NOBODY.uid !== undefined) chownRecursively(home, NOBODY.uid);
    chmodSync(join(project, 'src/old'), 0o000);

    const args = [program.file, project, ...argsFor(rendered)];
    const { exitCode, stderr } = await execa(process.execPath, args, { reject: false, ...NOBODY });

    chmodSync(join(project, 'src/old'), 0o700);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('src/old/gone.ts cannot be read: permission is missing'),
    });
    expect(wholeSnapshot(project)).toEqual(before);
  });
});

function chownRecursively(folder: string, uid: number): void {
  chownSync(folder, uid, uid);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(folder, name), uid, uid);
}

test.each([[], ['.'], ['app'], ['undo']])(
  'a current directory that was removed is named: %j',
  async (...args) => {
    const cwd = await temporaryFolder();
    const command = [
      '-c',
      'mkdir a && cd a && rmdir ../a && exec "$@"',
      'sh',
      process.execPath,
      PROGRAM,
      ...args,
    ];
    const { exitCode, stderr } = await execa('sh', command, { cwd, reject: false });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'error: The current directory was removed; change to another one.',
    });
  },
);

test.each([
  { what: 'name', dir: LONG },
  { what: 'path', dir: 'a/'.repeat(200) },
])('a --dir with a $what that is too long is refused', async ({ dir }) => {
  const cwd = await temporaryFolder();
  const { exitCode, stderr } = await run(['-c', 'db', '--dir', dir], { cwd });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining('--dir: must be at most 200 bytes long'),
  });
});
