import { parseEnv } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Settings } from '../../src/core/answers/settings.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { COMPILED, compile, FLAGS } from '../support/compile.ts';
import { type Golden, goldenNamed, goldens } from '../support/goldens.ts';
import type { Tree } from '../support/tree.ts';
import { type Block, blocksOf } from './documents.ts';
import { OURS, problemsOf } from './own-commands.ts';

/* The guide and the README of a generated project: each code block is compiled or run, and each command must exist. */

const isDocument = (path: string): boolean =>
  path.endsWith('README.md') && !path.startsWith('.koa-mongo-session/');

const blocksIn = (project: Tree, language: string): Block[] =>
  Object.entries(project)
    .filter(([path]) => isDocument(path))
    .flatMap(([path, text]) => blocksOf(path, text))
    .filter((block) => block.language === language);

/** Declarations that blocks rely on; the text of the guide explains them. */
function moduleOf({ text }: Block, { connection, dir }: Settings): string {
  const index = `../${dir}/index.ts`;
  return `import Koa from 'koa';
${connection.style === 'mongoose' ? "import mongoose from 'mongoose';\n" : ''}${connection.style === 'db' ? "import type { Db } from 'mongodb';\n\ndeclare const db: Db;\n" : ''}import { sessions } from '${index}';

declare const user: { id: string };

export async function block(ctx: Koa.Context): Promise<void> {
${text}}

void [Koa, sessions, user];
`;
}

/** The goldens that are needed to have each block with each connection. */
function withNewBlocks(all: readonly Golden[]): { golden: Golden; blocks: Block[] }[] {
  const seen = new Set<string>();
  return all.flatMap((golden) => {
    const isNew = ({ text }: Block): boolean => !seen.has(`${golden.settings.connection.style} ${text}`);
    const blocks = blocksIn(golden.project, 'ts').filter(isNew);
    for (const { text } of blocks) seen.add(`${golden.settings.connection.style} ${text}`);
    return blocks.length === 0 ? [] : [{ golden, blocks }];
  });
}

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2023', lib: ['es2023', 'esnext.disposable'], types: ['node'], skipLibCheck: true },
    ...{ module: 'preserve', allowImportingTsExtensions: true, noEmit: true },
    ...FLAGS.loosest,
    strict: true,
  },
  include: ['**/*.ts'],
};

test('every code block of the guide compiles in its project', async () => {
  const selected = withNewBlocks(goldens);
  expect(new Set(selected.map(({ golden }) => golden.settings.connection.style)).size).toBe(4);
  const projects = selected.map(({ golden: { name, project, settings }, blocks }): [string, Tree] => {
    const modules = blocks.map((block) => [`blocks/line-${block.line}.ts`, moduleOf(block, settings)]);
    return [name, { ...project, ...Object.fromEntries(modules) }];
  });
  expect(await compile(Object.fromEntries(projects), { tsconfig: TSCONFIG })).toEqual(COMPILED);
});

/** The part of mongosh that the blocks use. */
function inMongosh(text: string): { calls: unknown[][] } {
  const calls: unknown[][] = [];
  const noted =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args]);
  const getCollection = (name: string) => ({ deleteMany: noted(`${name}.deleteMany`) });
  const db = { getName: () => 'app', createRole: noted('createRole'), getCollection };
  const sh = { enableSharding: noted('enableSharding'), shardCollection: noted('shardCollection') };
  runInNewContext(text, { db, sh });
  return { calls: JSON.parse(JSON.stringify(calls)) };
}

test.each(goldens)(
  'the blocks for mongosh in the guide of $name are about its collection',
  ({ project, settings }) => {
    const { collection, adopt } = settings;
    const calls = blocksIn(project, 'js').flatMap(({ text }) => inMongosh(text).calls);
    const resource = { db: 'app', collection };
    expect(calls).toEqual([
      [
        'createRole',
        {
          role: 'sessions',
          roles: [],
          privileges: [
            expect.objectContaining({ resource }),
            ...(adopt
              ? [expect.objectContaining({ resource: { db: 'app', collection: adopt.collection } })]
              : []),
            expect.anything(),
          ],
        },
      ],
      ['enableSharding', 'app'],
      ['shardCollection', `app.${collection}`, { _id: 'hashed' }],
      ...(adopt ? [[`${collection}.deleteMany`, { _id: { $not: {} } }]] : []),
    ]);
  },
);

const MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const;
/** Commands of each package manager that are not scripts of the project. */
const BUILT_IN = ['install'];
/** Other programs. */
const FOREIGN =
  /^(?:docker compose up -d --wait|(?:npx|bunx|pnpm dlx|yarn dlx) mongodb-runner start -- --port \d+)$/;

/** Commands in blocks and within sentences. */
function commandsIn(project: Tree): string[] {
  const texts = Object.entries(project).filter(([path]) => isDocument(path));
  const inBlocks = blocksIn(project, 'sh').flatMap(({ text }) =>
    text.split('\n').flatMap((line) => line.split(/ +#.*(?:Docker: |$)/)),
  );
  const within = texts.flatMap(([, text]) =>
    [...text.matchAll(/(?<!`)`((?:npm|npx|pnpm|yarn|bun|bunx) [^`]+)`(?!`)/g)].map(
      ([, command = '']) => command,
    ),
  );
  return [...inBlocks, ...within].map((line) => line.trim()).filter((line) => line !== '');
}

/** The documents for the settings of a golden, with a package manager. */
function projectFor(name: string, manager: (typeof MANAGERS)[number]): Tree {
  const { settings, project } = goldenNamed(name);
  const rendered = renderFiles({ ...settings, project: { ...settings.project, manager } }, templates);
  return { ...project, ...Object.fromEntries(rendered.map(({ path, text }) => [path, text])) };
}

describe.each(MANAGERS)('the commands in the documents of a project with %s', (manager) => {
  test.each(['url', 'host', 'all-options', 'encrypt', 'without-app'])('of the golden %s', (name) => {
    const project = projectFor(name, manager);
    const scripts = Object.keys(JSON.parse(project['package.json'] ?? '{}').scripts);
    const commands = commandsIn(project);
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      if (FOREIGN.test(command)) continue;
      if (OURS.test(command))
        expect({ command, problems: problemsOf(command) }).toEqual({ command, problems: [] });
      else {
        const [, script = ''] = new RegExp(`^${manager} (?:run )?([\\w:-]+)`).exec(command) ?? [];
        expect([...scripts, ...BUILT_IN], command).toContain(script);
      }
    }
  });
});

test.each(goldens)(
  'a domain, as a comment of $name shows it, is not set on localhost',
  ({ project, settings }) => {
    const index = project[`${settings.dir}/index.ts`] ?? '';
    const edited = index.replace(/^ *\/\/ (.*domain: 'example.com'.*)$/m, '$1');
    const [cookie = ''] = /^function cookie\(\) \{[\s\S]*?^\}/m.exec(edited) ?? [];
    const cookieIn = (NODE_ENV: string) =>
      runInNewContext(`${cookie}; cookie()`, { process: { env: { NODE_ENV } } });
    expect(cookieIn('production')).toMatchObject({ secure: true, domain: 'example.com' });
    expect(cookieIn('development')).not.toHaveProperty('domain');
  },
);

const WITH_OWN_SECRETS = goldens.filter(({ settings: { adopt, connection } }) =>
  Boolean(adopt || (connection.style === 'host' && connection.login)),
);

test.each(WITH_OWN_SECRETS)('.env of $name says how to write a secret with a #', ({ project, settings }) => {
  const name = settings.adopt ? 'APP_KEYS' : 'MONGODB_PASSWORD';
  expect(project['.env']).toMatch(new RegExp(`^# .*in quotes if (?:one|it) contains a #.*\n${name}=`, 'm'));
  expect(parseEnv("A=a#b\nB='a#b'")).toEqual({ A: 'a', B: 'a#b' });
});

/** What becomes of the change of the request that is second to store it. */
const LATER_CHANGES = {
  merge: /same property, or the same nested object, .*\| the later one wins +\|/,
  overwrite: /change a session at the same time.*wins, and what the other one has changed is lost/,
  throw: /change a session at the same time.*the later one fails/,
};

test.each(goldens)(
  'the guide of $name says what happens if two requests change a session at the same time',
  ({ project, settings }) => {
    const rows = project[`${settings.dir}/README.md`]?.match(/^\| two requests change.*$/gm);
    expect(rows).toEqual([expect.stringMatching(LATER_CHANGES[settings.onConcurrentWrite])]);
  },
);

test.each(goldens.filter(({ settings }) => settings.adopt !== undefined))(
  'the guide of $name explains what happens to the old sessions, and how to turn adoption off',
  ({ project, settings }) => {
    const guide = project[`${settings.dir}/README.md`];
    expect(guide).toContain('## The sessions of koa-');
    expect(guide).toContain(' . --no-adopt\n');
  },
);
