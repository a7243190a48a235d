import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, readIn, run, temporaryFolder } from '../support/program.ts';
import { writeTree } from '../support/tree.ts';

const CLONE = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  'README.md': '# shop\n',
  LICENSE: 'MIT\n',
  '.gitignore': '*.log\n',
};

test.each([
  { url: 'mongodb://ann:hidden@127.0.0.1:27017/?appName=shop', args: ['-c', 'mongoose'], isNoted: true },
  { url: 'mongodb://127.0.0.1', args: ['-c', 'url', '--url', 'mongodb://127.0.0.1/shop'], isNoted: true },
  { url: 'mongodb://127.0.0.1/shop', args: ['-c', 'mongoose'], isNoted: false },
  { url: '$OTHER', args: ['-c', 'mongoose'], isNoted: false },
  { url: 'mongodb://127.0.0.1', args: ['-c', 'host', '--db', 'shop'], isNoted: false },
])('a MONGODB_URL without a database is noted if it is used: $url $args', async ({ url, args, isNoted }) => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{ "name": "shop" }\n',
    '.env': `MONGODB_URL=${url}\n`,
  });
  const { stdout, exitCode } = await run(['--yes', ...args], { cwd });
  expect({ exitCode, isNoted: stdout.includes('MONGODB_URL in .env names no database') }).toEqual({
    exitCode: 0,
    isNoted,
  });
  expect(stdout).not.toContain('hidden');
});

// crypto.hash is missing there, so the app does not start on a host that installs this version.
test.each([
  { node: '18.x', isRefused: true },
  { node: '^20.9.0', isRefused: false },
  { node: '20.9.0', isRefused: true },
  { node: '>=18', isRefused: false },
  { node: '^22 || ^20 || ^18', isRefused: false },
  { node: '16 || 18.x', isRefused: true },
  // No text of a file controls the terminal.
  { node: '18.0.0\u001b[2J', isRefused: false },
  { node: 18, isRefused: true },
  { node: undefined, isRefused: false },
])(
  '"engines" with a Node that is too old for the sessions is reported: $node',
  async ({ node, isRefused }) => {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': JSON.stringify({ engines: { node } }) });
    const { stderr } = await run(['--yes'], { cwd });
    expect(stderr.includes('the sessions need 20.19 or later')).toBe(isRefused);
  },
);

// npm installs it for a whole workspace together, and the command is for one package of it.
test.each([
  { where: 'the workspace', folder: '', path: '../../node_modules' },
  { where: 'its package', folder: 'packages/api/', path: 'node_modules' },
])('Jest is started from where it is installed, in $where', async ({ folder, path }) => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{ "workspaces": ["packages/*"] }',
    'packages/api/package.json':
      '{ "scripts": { "test": "jest" }, "dependencies": { "koa": "3", "jest": "30" } }',
    [`${folder}node_modules/jest/bin/jest.js`]: '',
  });
  const { stdout } = await run(['packages/api', '--yes'], { cwd });
  expect(stdout).toContain(`--experimental-vm-modules ${path}/jest/bin/jest.js"`);
});

describe('a new project with some existing files', () => {
  test('a fresh clone keeps its README, and the guide has our information', async () => {
    const cwd = writeTree(await temporaryFolder(), CLONE);
    const { exitCode, stdout } = await run(['.', '--yes'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'note: kept your README.md. The guide to the sessions is src/session/README.md.',
    );
    expect(await readIn(cwd, 'README.md')).toBe(CLONE['README.md']);
    expect(await readIn(cwd, 'src/session/README.md')).toContain('npm run migrate:sessions');
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
    expect((await run(['.'], { cwd })).stdout).not.toContain('README.md stays');
  });

  test('properties that the sample app added to SessionData stay after --no-app, since sources may use them', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': '{ "name": "shop" }\n' });
    const session = 'src/session/index.ts';
    await run(['--yes', '-c', 'url', '--url', 'mongodb://127.0.0.1/shop', '--app'], { cwd });
    const edited = (await readIn(cwd, session)).replace(
      '  views?: number;\n',
      '  views?: number;\n  cart?: string[];\n',
    );
    writeTree(cwd, { [session]: edited });
    expect(await run(['--no-app'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await filesIn(cwd)).not.toContain('src/app.ts');
    expect(await readIn(cwd, session)).toBe(edited);
    await run(['--user-key', 'account'], { cwd });
    expect(await readIn(cwd, session)).toContain('  user?: string;\n');
  });

  test('an edited app, which stays after --no-app, is an app of the user: the steps name its lines', async () => {
    const cwd = await temporaryFolder();
    await run(['--yes', '-c', 'url', '--url', 'mongodb://127.0.0.1/shop'], { cwd });
    writeTree(cwd, { 'src/app.ts': `${await readIn(cwd, 'src/app.ts')}// mine\n` });
    await run(['--no-app'], { cwd });
    expect(await run(['--mount'], { cwd })).toMatchObject({ exitCode: 0 });
    const { stdout } = await run(['-c', 'mongoose'], { cwd });
    expect(stdout).toMatch(/Change the call of sessions\(\) at src\/app\.ts:\d+ to:/);
  });

  test.each([
    { path: 'compose.yaml', twin: 'compose.yaml' },
    { path: 'docker-compose.yml', twin: 'compose.yaml' },
    { path: 'tsconfig.json', twin: 'tsconfig.json' },
    { path: '.editorconfig', twin: '.editorconfig' },
    { path: 'README', twin: 'README.md' },
  ])('$path is kept, and no $twin takes its place', async ({ path, twin }) => {
    const cwd = writeTree(await temporaryFolder(), { [path]: '{}\n' });
    expect(await run(['.', '--yes'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await readIn(cwd, path)).toBe('{}\n');
    expect((await filesIn(cwd)).filter((each) => each === twin)).toEqual(path === twin ? [path] : []);
  });

  test('missing names are added to .env.example', async () => {
    const cwd = writeTree(await temporaryFolder(), { '.env.example': 'OTHER=1\n' });
    expect(await run(['.', '--yes'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await readIn(cwd, '.env.example')).toMatch(/^OTHER=1\n.*APP_KEYS=/s);
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('.env.example stays deleted', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'package.json': '{}\n' });
    expect(await run(['.', '--yes', '-c', 'db'], { cwd })).toMatchObject({ exitCode: 0 });
    await rm(join(cwd, '.env.example'));
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await run(['.', '--encrypt'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await filesIn(cwd)).not.toContain('.env.example');
  });

  test('no step runs a migration that is deleted', async () => {
    const cwd = await temporaryFolder();
    await run(['.', '--yes', '-c', 'db'], { cwd });
    await rm(join(cwd, 'scripts/migrate-sessions.ts'));
    const { stdout } = await run(['.', '--user-key', 'userId'], { cwd });
    expect(stdout).toContain('Create the indexes: --restore scripts/migrate-sessions.ts brings');
    expect(stdout).not.toContain('npm run');
  });

  test('the script of a deleted file stays deleted, and none in its place is reported', async () => {
    const cwd = await temporaryFolder();
    expect(await run(['.', '--yes', '-c', 'db'], { cwd })).toMatchObject({ exitCode: 0 });
    await Promise.all(
      ['scripts/migrate-sessions.ts', 'test/login.test.ts'].map((path) => rm(join(cwd, path))),
    );
    const { scripts, ...others } = JSON.parse(await readIn(cwd, 'package.json'));
    const own = { ...others, scripts: { ...scripts, test: 'vitest', 'migrate:sessions': undefined } };
    writeTree(cwd, { 'package.json': JSON.stringify(own) });
    const { stdout } = await run(['.', '--rolling'], { cwd });
    expect(stdout).not.toContain('package.json');
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('a project with its own tsconfig gets no build script, and its README names none', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'tsconfig.json': '{}' });
    await run(['.', '--yes'], { cwd });
    expect(JSON.parse(await readIn(cwd, 'package.json')).scripts).not.toHaveProperty('build');
    expect(await readIn(cwd, 'README.md')).not.toContain('run build');
  });

  test('an existing file in the place of a required one is a conflict, and nothing is written', async () => {
    const cwd = writeTree(await temporaryFolder(), { 'src/session/store.ts': '// Mine\n' });
    expect(await run(['.', '--yes'], { cwd })).toMatchObject({ exitCode: 4 });
    expect(await filesIn(cwd)).toEqual(['src/session/store.ts']);
  });
});

test.each([
  { manager: 'npm', says: ['npm install', 'npm run dev', 'npx create-koa-mongo-session@latest . --ttl'] },
  { manager: 'pnpm', says: ['pnpm install', 'pnpm run dev', 'pnpm create koa-mongo-session@latest . --ttl'] },
  { manager: 'yarn', says: ['yarn install', 'yarn run dev', 'yarn create koa-mongo-session . --ttl'] },
  { manager: 'bun', says: ['bun install', 'bun run dev', 'bunx create-koa-mongo-session@latest . --ttl'] },
])('the generated texts name $manager if that created the project', async ({ manager, says }) => {
  const cwd = await temporaryFolder();
  const env = { npm_config_user_agent: `${manager}/9.0.0 node/v20.19.0` };
  const { stdout } = await run(['.', '--yes'], { cwd, env });
  const texts = await Promise.all(['README.md', 'src/session/README.md'].map((path) => readIn(cwd, path)));
  for (const text of says) expect(texts.join()).toContain(text);
  expect(stdout).toContain(`${manager} run migrate:sessions`);
  expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
});

test('imports of the user that another --dir breaks are named, including aliases', async () => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"name":"shop","type":"module"}',
    'src/app.ts': "import { sessions } from './session/index.ts';\nsessions;\n",
    'src/admin.ts': "import { sessions } from '#session/index.js';\nsessions;\n",
  });
  await run(['.', '--yes'], { cwd });
  const { stdout } = await run(['.', '--dir', 'lib\\session'], { cwd });
  expect(stdout).toMatch(
    /note: src\/session\/index\.ts is now lib\/session\/index\.ts: change its import in src\/(app|admin)\.ts and src\/(app|admin)\.ts\./,
  );
});

test('a package of a workspace uses the compiler and the types of its top folder', async () => {
  const root = writeTree(await temporaryFolder(), {
    'package.json':
      '{"workspaces":["apps/*"],"devDependencies":{"typescript":"~5.9.0","@types/node":"^22.0.0"}}',
    'apps/api/package.json': '{"name":"api","dependencies":{"koa":"^3.0.0"}}',
    'apps/api/tsconfig.json': '{"compilerOptions":{"module":"commonjs"},"include":["src"]}',
  });
  const { exitCode, stderr } = await run(['apps/api', '--yes'], { cwd: root });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('esModuleInterop') });
  const { devDependencies } = JSON.parse(await readIn(root, 'apps/api/package.json'));
  expect(Object.keys(devDependencies)).toEqual(['@types/keygrip', '@types/koa', 'tsx']);
});

test('a compiler or types of the top folder of a workspace that are too old are reported', async () => {
  const tools = { '@types/node': '20.3.1', tsx: '^4.0.0', typescript: '~4.9.0' };
  const root = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({ workspaces: ['apps/*'], devDependencies: tools }),
    'apps/api/package.json': '{"name":"api","dependencies":{"koa":"^3.0.0"}}',
    'apps/api/tsconfig.json': '{"include":["src"]}',
  });
  const { stdout } = await run(['apps/api', '--yes'], { cwd: root });
  expect(stdout.match(/has (\S+ \S+), and the sessions need/g)).toEqual([
    'has @types/node 20.3.1, and the sessions need',
    'has typescript ~4.9.0, and the sessions need',
  ]);
});

test.each([
  {
    manager: 'pnpm',
    file: 'pnpm-workspace.yaml',
    text: 'packages: ["apps/*"]\ncatalog:\n  mongoose: ^7.0.0\n',
  },
  { manager: 'yarn', file: '.yarnrc.yml', text: 'catalog:\n  mongoose: ^7.0.0\n' },
  { manager: 'bun', file: 'bun.lock', text: '', more: { catalog: { mongoose: '^7.0.0' } } },
])(
  'a version in the catalog of $manager is read: it decides the style, and is reported if it is too old',
  async (row) => {
    const { manager, file, text, more = {} } = row;
    const root = writeTree(await temporaryFolder(), {
      'package.json': JSON.stringify({ packageManager: `${manager}@9.0.0`, workspaces: ['apps/*'], ...more }),
      [file]: text,
      'apps/api/package.json': '{"dependencies":{"koa":"^3.0.0","mongoose":"catalog:"}}',
    });
    const { stdout } = await run(['apps/api', '--yes'], { cwd: root });
    expect(stdout).toContain('package.json has mongoose ^7.0.0, and the sessions need 8.0 or later');
    expect(stdout).toContain('apps/api --connection mongoose');
    expect(JSON.parse(await readIn(root, 'apps/api/package.json')).dependencies).toMatchObject({
      mongoose: 'catalog:',
      'koa-session': '^7.0.2',
    });
  },
);

test('a Yarn project gets the settings that make types work, and git ignores the files of Yarn', async () => {
  const cwd = await temporaryFolder();
  const env = { npm_config_user_agent: 'yarn/4.5.0 npm/? node/v22.0.0' };
  await run(['.', '--yes'], { cwd, env });
  expect(await readIn(cwd, '.yarnrc.yml')).toContain('nodeLinker: node-modules');
  expect((await readIn(cwd, '.gitignore')).split('\n')).toEqual(expect.arrayContaining(['.pnp.*', '.yarn/']));
});
