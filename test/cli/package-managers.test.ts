import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ManagerName, programsOf } from '../support/managers/managers.ts';
import { type LocalRegistry, startRegistry } from '../support/managers/registry.ts';
import { filesIn, readIn, temporaryFolder } from '../support/program.ts';
import { isExhaustive } from '../support/sampling.ts';

/*
 * The package as it would be published, run by each package manager as for a user: from a registry, unpacked into its
 * own cache, with its own user agent. Only in an exhaustive run, since it downloads the package managers and a registry.
 */

interface Way {
  readonly manager: ManagerName;
  /** What a user types. */
  readonly command: string;
  /** What the next steps and the line that repeats the run show. */
  readonly install: string;
  readonly migrate: string;
  readonly again: string;
}

const NPM = {
  manager: 'npm',
  install: 'npm install',
  migrate: 'npm run migrate:sessions',
  again: 'npx create-koa-mongo-session@latest my-app',
} as const;
const YARN = {
  install: 'yarn install',
  migrate: 'yarn run migrate:sessions',
  again: 'yarn create koa-mongo-session my-app',
} as const;
const BUN = {
  manager: 'bun',
  install: 'bun install',
  migrate: 'bun run migrate:sessions',
  again: 'bunx create-koa-mongo-session@latest my-app',
} as const;

const WAYS: readonly Way[] = [
  { ...NPM, command: 'npm create koa-mongo-session@latest my-app -- --yes' },
  { ...NPM, command: 'npx --yes create-koa-mongo-session@latest my-app --yes' },
  {
    manager: 'pnpm',
    command: 'pnpm create koa-mongo-session@latest my-app --yes',
    install: 'pnpm install',
    migrate: 'pnpm run migrate:sessions',
    again: 'pnpm create koa-mongo-session@latest my-app',
  },
  { ...YARN, manager: 'yarn 1', command: 'yarn create koa-mongo-session my-app --yes' },
  { ...YARN, manager: 'yarn 4', command: 'yarn create koa-mongo-session my-app --yes' },
  { ...BUN, command: 'bun create koa-mongo-session@latest my-app --yes' },
  { ...BUN, command: 'bunx create-koa-mongo-session@latest my-app --yes' },
];

const storage = mkdtempSync(join(tmpdir(), 'registry-'));
let registry: LocalRegistry | undefined;
beforeAll(async () => {
  if (isExhaustive) registry = await startRegistry(storage);
});
afterAll(() => {
  registry?.close();
  rmSync(storage, { recursive: true, force: true });
});

/**
 * The shell of a user with this package manager and empty caches. Undefined if the package manager cannot be installed.
 */
async function shellWith(manager: ManagerName) {
  const home = await temporaryFolder();
  const programs = await programsOf(manager, join(home, 'bin'));
  if (registry === undefined || programs === undefined) return undefined;
  const { url } = registry;
  const env = {
    PATH: [programs, join(process.execPath, '..'), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    npm_config_registry: url,
    pnpm_config_registry: url,
    // Some package managers ignore very new versions unless told otherwise.
    pnpm_config_minimum_release_age: '0',
    // Yarn 4 has different variable names, and needs a setting to accept HTTP.
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_NPM_MINIMAL_AGE_GATE: '0',
    YARN_ENABLE_TELEMETRY: '0',
    npm_config_update_notifier: 'false',
  };
  const cwd = join(home, 'work');
  await mkdir(cwd);
  return { cwd, run: (command: string, at = cwd) => sh(command, at, env) };
}

async function sh(command: string, cwd: string, env: Readonly<Record<string, string>>) {
  const { exitCode, stdout, stderr } = await execa('sh', ['-c', command], {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, stdout, stderr };
}

describe.runIf(isExhaustive).each(WAYS)('$command', ({ manager, command, install, migrate, again }) => {
  test('writes a project, and names the commands of that package manager', async ({ skip }) => {
    const shell = await shellWith(manager);
    if (shell === undefined) return skip();
    const { exitCode, stdout, stderr } = await shell.run(command);
    expect(exitCode, stderr).toBe(0);
    const app = join(shell.cwd, 'my-app');
    expect(await filesIn(app)).toEqual(
      expect.arrayContaining(['package.json', 'src/server.ts', 'src/session/store.ts', 'tsconfig.json']),
    );
    const lines = stdout.split('\n').map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining([install, migrate, expect.stringContaining(again)]));
    expect(await readIn(app, 'src/session/README.md')).toContain(`\`${migrate}\``);
    expect(await readIn(app, 'src/session/sessions.ts')).toContain(`\`${migrate}\``);
  });
});

// Downloads all dependencies of the project.
test.runIf(isExhaustive)(
  'a project created with Yarn 4 installs, type-checks, and no files of Yarn are left for git to add',
  async ({ skip }) => {
    const shell = await shellWith('yarn 4');
    if (shell === undefined) return skip();
    await shell.run('yarn create koa-mongo-session my-app --yes');
    const app = join(shell.cwd, 'my-app');
    const commands = ['yarn install', 'yarn run typecheck', 'git init --quiet', 'git add --all'];
    for (const command of commands) {
      const { exitCode, stdout, stderr } = await shell.run(command, app);
      expect(exitCode, `${command}\n${stdout}${stderr}`).toBe(0);
    }
    const { stdout } = await shell.run('git ls-files', app);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['.yarnrc.yml', 'package.json', 'yarn.lock']));
    expect(stdout).not.toMatch(/^(\.pnp|\.yarn\/|node_modules\/)/m);
  },
);
