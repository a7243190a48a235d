import { MIGRATION } from '../answers/managers.ts';
import type { Language } from '../answers/project-facts.ts';
import type { Settings } from '../answers/settings.ts';
import { inNewProject } from '../render/generated-files.ts';
import { hasOwnTestServer } from '../render/view.ts';

/** The wanted entries of package.json. Existing names are not changed. */
export interface WantedPackage {
  /** Only for a new project; in an existing one, these belong to the user. */
  readonly own:
    | {
        readonly name: string;
        readonly version: string;
        readonly private: true;
        readonly type: 'module';
        readonly engines?: { readonly node: string };
      }
    | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The versions with which the tests compile and run the generated code. */
export const VERSIONS = {
  koa: '^3.3.0',
  'koa-session': '^7.0.2',
  keygrip: '^1.1.0',
  mongodb: '^7.9.0',
  'mongodb-memory-server-core': '^11.3.0',
  mongoose: '^9.12.1',
  '@types/keygrip': '^1.0.6',
  '@types/koa': '^3.0.3',
  '@types/node': '^20.19.43',
  tsx: '^4.23.15',
  typescript: '^7.0.2',
} as const;

type PackageName = keyof typeof VERSIONS;

/** Another package may have an older one: it opens the connection, or allows no other, as TypeORM 0.3 does. */
const OLDER = { mongodb: '^6.0.0', mongoose: '^8.0.0' };

const TYPE_PACKAGES: Readonly<Record<Language, readonly PackageName[]>> = {
  typescript: ['@types/keygrip', '@types/koa', '@types/node', 'typescript'],
  'javascript-in-editor': ['@types/keygrip', '@types/koa', '@types/node'],
  javascript: [],
};

/** The package that downloads MongoDB when a test first needs it, not when it is installed. */
const TEST_SERVER: PackageName = 'mongodb-memory-server-core';

const ENGINES = { engines: { node: '>=20.19' } };

/** How the scripts of package.json run TypeScript. */
interface Runner {
  /** Runs a TypeScript file. */
  readonly command: 'tsx' | 'bun';
  readonly session: Readonly<Record<string, string>>;
  /** These work with every tsconfig. */
  readonly app: Readonly<Record<string, string>>;
  /** These depend on the tsconfig, which belongs to the user in an existing project. */
  readonly build: Readonly<Record<string, string>>;
  readonly tools: readonly PackageName[];
}

/** `keys:new` makes a key for APP_KEYS or SESSION_ENCRYPTION_KEYS: 32 random bytes in base64url. */
const NODE: Runner = {
  command: 'tsx',
  session: {
    'keys:new': `node -p "crypto.randomBytes(32).toString('base64url')"`,
  },
  // No pattern: cmd.exe expands none, and neither does Node 20.
  app: { dev: 'tsx watch src/server.ts', test: 'node --import tsx --test test/login.test.ts' },
  build: { build: 'tsc', start: 'node dist/src/server.js' },
  tools: ['tsx'],
};

/** Bun runs TypeScript itself. The machine may not have Node. */
const BUN: Runner = {
  command: 'bun',
  session: {
    'keys:new': `bun -p "require('node:crypto').randomBytes(32).toString('base64url')"`,
  },
  app: { dev: 'bun --watch src/server.ts', test: 'bun test' },
  build: { start: 'bun src/server.ts' },
  tools: [],
};

const TYPECHECK = { typecheck: 'tsc --noEmit' };

/** In alphabetical order, as npm writes them. */
const ranges = (...names: readonly PackageName[]): Record<string, string> =>
  Object.fromEntries(names.toSorted().map((name) => [name, VERSIONS[name]]));

/** JavaScript under `"type": "commonjs"` needs it for the sessions, in production too, unless Babel compiles them. */
const isStartedByTool = ({ project, importExtension }: Settings): boolean =>
  project.language !== 'typescript' && project.modules === 'commonjs' && importExtension === 'ts';

export function wantedPackage(settings: Settings): WantedPackage {
  const { app, migration = MIGRATION } = settings;
  const { name, kind, language, manager, inherited, sharesDriver } = settings.project;
  const runner = manager === 'bun' ? BUN : NODE;
  const [started, tools] = isStartedByTool(settings) ? [runner.tools, []] : [[], runner.tools];
  const isNew = kind === 'new';
  const driver = settings.connection.style === 'mongoose' ? 'mongoose' : 'mongodb';
  const isOwnBuild = inNewProject('tsconfig')(settings);
  return {
    own: isNew
      ? { name, version: '0.1.0', private: true, type: 'module', ...(runner === NODE && ENGINES) }
      : undefined,
    scripts: {
      ...(app ? runner.app : {}),
      ...(app && isOwnBuild ? runner.build : {}),
      ...(isOwnBuild ? TYPECHECK : {}),
      'migrate:sessions': `${runner.command} ${migration}`,
      ...runner.session,
    },
    dependencies: {
      ...ranges('koa', 'koa-session', 'keygrip', driver, ...started),
      ...(sharesDriver && { [driver]: `${OLDER[driver]} || ${VERSIONS[driver]}` }),
    },
    devDependencies: ranges(
      ...[...TYPE_PACKAGES[language], ...tools].filter((tool) => !inherited.includes(tool)),
      ...(hasOwnTestServer(settings) ? [TEST_SERVER] : []),
    ),
  };
}
