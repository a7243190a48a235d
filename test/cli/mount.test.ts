import { expect, test } from 'vitest';
import { filesIn, readIn, run, runAtTerminal, temporaryFolder } from '../support/program.ts';
import { writeTree } from '../support/tree.ts';

const APP = "import Koa from 'koa';\n\nconst app = new Koa();\n";
const URL = ['-c', 'url', '--url', 'mongodb://127.0.0.1:27017/shop'];
const ANSWERED = [...URL, '--collection', 'sessions', '--ttl', '14d', '--no-install'];

test.each([
  { answer: 'y', becomes: expect.stringContaining('const app = new Koa();\nsessions(app);\n') },
  { answer: 'n', becomes: APP },
])('--mount shows its edit, and makes it only after a yes: $answer', async ({ answer, becomes }) => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"type":"module","dependencies":{"koa":"^3.0.0"}}',
    'src/app.js': APP,
  });
  const terminal = runAtTerminal(['.', ...ANSWERED, '--mount'], { cwd });
  await terminal.answer('Change anything else?', '');
  await terminal.sees('+sessions(app);');
  await terminal.answer('Edit src/app.js like this?', answer);
  await terminal.answer('Write this?', 'y');
  expect(await terminal.ended).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, 'src/app.js')).toEqual(becomes);
  expect(await filesIn(cwd)).toContain('src/session/store.ts');
});

const DECLARED = "declare module 'koa' { interface Context { session: object } }\n";

test.each([
  { what: 'swc, which a script tells the folder', build: 'swc src -d lib --strip-leading-paths' },
  {
    what: 'esbuild, which a script tells the file',
    build: 'cd src && esbuild app.ts --outfile="../lib/app.js"',
  },
  { what: 'tsc, which a script tells the folder', build: 'tsc --outDir ./lib' },
  {
    what: 'a program whose output git ignores',
    build: 'node build.js',
    '.gitignore': 'node_modules\n/lib/\n',
  },
  { what: 'a program whose output git ignores, by name', build: 'node build.js', '.gitignore': 'lib\r\n' },
])('--mount edits the source, and not what is built by $what', async ({ build, what: _, ...files }) => {
  const cwd = writeTree(await temporaryFolder(), {
    ...files,
    'package.json': JSON.stringify({ type: 'module', scripts: { build, start: 'node lib/app.js' } }),
    'src/app.ts': `${APP}app.use((ctx) => (ctx.session.views = 1));\n`,
    'lib/app.js': `${APP}app.use((ctx) => (ctx.session.views = 1));\n`,
    ...(build.includes('--outfile') ? {} : { 'lib/types.d.ts': DECLARED }),
    'tsconfig.json': '{}',
  });
  const { stdout } = await run(['.', ...ANSWERED, '--mount', '--yes'], { cwd });
  expect(await readIn(cwd, 'src/app.ts')).toContain('sessions(app);\n');
  expect(await readIn(cwd, 'lib/app.js')).not.toContain('sessions(app);');
  expect(stdout).not.toContain('lib/');
});

test.each([
  { what: 'what is built, by name', ignored: 'lib\n', edited: 'src/app.ts' },
  { what: 'what is built, by its path', ignored: '/api/lib\n', edited: 'src/app.ts' },
  { what: 'the whole project', ignored: 'api\n', edited: 'lib/app.js', source: 'lib/app.js' },
])(
  '--mount edits $edited if the repository around the project ignores $what',
  async ({ ignored, edited, source = 'src/app.ts' }) => {
    const top = writeTree(await temporaryFolder(), {
      '.git/HEAD': '',
      '.gitignore': ignored,
      'api/package.json': JSON.stringify({ type: 'module', scripts: { start: 'node lib/app.js' } }),
      'api/tsconfig.json': '{}',
      [`api/${source}`]: APP,
      'api/lib/app.js': APP,
    });
    await run(['.', ...ANSWERED, '--mount', '--yes'], { cwd: `${top}/api` });
    expect(await readIn(`${top}/api`, edited)).toContain('sessions(app);\n');
  },
);

test('what is not a folder that a compiler writes to is a source', async () => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({
      type: 'module',
      scripts: { db: 'docker compose up -d lib', build: 'swc -D lib -d out --copy-files' },
    }),
    'lib/app.js': APP,
    '.gitignore': 'lib\n!src/lib\n*.js\n',
  });
  await run(['.', ...ANSWERED, '--mount', '--yes'], { cwd });
  expect(await readIn(cwd, 'lib/app.js')).toContain('sessions(app);\n');
});

test('--mount edits the app that was written after a first run with --no-app', async () => {
  const cwd = await temporaryFolder();
  expect(await run(['.', ...ANSWERED, '--no-app', '--yes'], { cwd })).toMatchObject({ exitCode: 0 });
  writeTree(cwd, { 'src/main.ts': APP });
  expect(await run(['.', '--mount', '--yes', '--no-install'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, 'src/main.ts')).toContain('const app = new Koa();\nsessions(app);\n');
});

test('no step mounts what the app mounts already, as after --restore', async () => {
  const app = `import { sessions } from './session/index.ts';\n${APP}sessions(app);\n`;
  const cwd = writeTree(await temporaryFolder(), { 'package.json': '{}', 'src/app.ts': app });
  const { stdout } = await run([...URL, '--yes'], { cwd });
  expect(stdout).toContain('Load .env in src/app.ts');
  expect(stdout).not.toContain('Mount the sessions');
});

test('only the other sessions that the app loads are to be removed, if it loads any', async () => {
  const session = "import session from 'koa-session';\nexport default session;\n";
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"type":"module","scripts":{"start":"node src/app.js"}}',
    'src/app.js': `import auth from './auth.js';\n${APP}`,
    'src/auth.js': session,
    'mock/server.js': session,
  });
  const { stdout } = await run([...URL, '--yes'], { cwd });
  expect(stdout).toContain('Remove the old sessions, with their options, at src/auth.js:1 (koa-session).');
});

const ALIASES = { imports: { '#routes': './src/routes.ts', '#auth': './src/session/index.ts' } };
const PATHS = { '@/*': ['./src/*'], '~auth': ['./src/session'], '~/*': ['./src/routes/*'] };
const TAKEN = 'src/app.ts:1 already uses the name `sessions`';

test.each([
  { from: './session/index.js', isOurs: true },
  { from: '#auth', isOurs: true },
  { from: '@/session/index.js', isOurs: true },
  { from: '~auth', isOurs: true },
  { from: '#session', isOurs: true },
  { from: '#routes', isOurs: false },
  { from: '~/session', isOurs: false },
  { from: '@acme/session', isOurs: false },
  { from: 'session', isOurs: false },
])('--mount finds the sessions of an app that calls those of $from: $isOurs', async ({ from, isOurs }) => {
  const text = `import { sessions } from '${from}';\n${APP}sessions(app);\n`;
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({ type: 'module', dependencies: { koa: '^3.0.0' }, ...ALIASES }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { module: 'nodenext', paths: PATHS },
      include: ['src'],
    }),
    'src/app.ts': text,
  });
  const { exitCode, stderr } = await run([...URL, '--mount', '--yes'], { cwd });
  expect({ exitCode, stderr }).toEqual({
    exitCode: isOurs ? 0 : 2,
    stderr: isOurs ? '' : expect.stringContaining(TAKEN),
  });
  expect(await readIn(cwd, 'src/app.ts')).toBe(text);
});

test('of several apps, the first run names the one that it is for, and later ones do not', async () => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"main":"src/main.js","dependencies":{"koa":"^3.0.0"}}',
    'dev/mock.js': APP,
    'src/main.js': APP,
  });
  const warning =
    'warning: src/main.js:3 and dev/mock.js:3 each create an app. The session folder and the next steps are for src/main.js:3.\n';
  expect(await run([...URL, '--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: warning });
  expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});
