import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runIn } from '../support/app.ts';
import { linkPackages } from '../support/packages.ts';
import { readIn, run, temporaryFolder } from '../support/program.ts';
import { sample } from '../support/sampling.ts';
import { writeTree } from '../support/tree.ts';

/** A project of the user, with this tsconfig. */
async function projectWith(tsconfig: object, packageJson: object = {}): Promise<string> {
  return writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({ name: 'shop', ...packageJson }),
    'tsconfig.json': JSON.stringify(tsconfig),
    'src/index.ts': 'export {};\n',
  });
}

const OUTPUT = { module: 'nodenext', outDir: './dist' };

describe('a build that includes every file', () => {
  test.each([
    { tsconfig: { compilerOptions: OUTPUT, exclude: ['node_modules', 'dist'] }, says: 'to dist/src' },
    { tsconfig: { compilerOptions: { ...OUTPUT, rootDir: './src' } }, says: 'outside of its rootDir' },
    { tsconfig: { compilerOptions: OUTPUT, include: ['**/*.ts'] }, says: 'to dist/src' },
  ])('causes one warning, with the line that fixes it: $tsconfig', async ({ tsconfig, says }) => {
    const cwd = await projectWith(tsconfig);
    const { exitCode, stderr } = await run(['--yes'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(says);
    expect(stderr).toContain('"dist", "scripts"] there.');
    expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each([
    ...['tsc -p tsconfig.build.json', 'rm -rf dist && tsc --project ./tsconfig.build.json && cp a b'],
    'tsc --noEmit && tsc -p tsconfig.build.json',
  ])('causes a warning if the build uses another tsconfig.json: %s', async (build) => {
    const cwd = writeTree(
      await projectWith({ compilerOptions: OUTPUT, include: ['src'] }, { scripts: { build } }),
      {
        'tsconfig.build.json': '{"extends":"./tsconfig.json","include":["**/*"],"exclude":["test","dist"]}',
      },
    );
    const { stderr } = await run(['--yes'], { cwd });
    expect(stderr).toMatch(
      /^warning: tsconfig\.build\.json includes scripts\/: tsc would write to dist\/src.*\n$/,
    );
  });

  test.each([
    { scripts: { start: 'ts-node src/app.ts' }, isWarned: false },
    { scripts: { start: 'node dist/app.js', dev: 'ts-node src/app.ts' }, isWarned: true },
    { scripts: { start: 'ts-node src/app.ts', build: 'tsc' }, isWarned: true },
  ])(
    'causes a warning about the output only where there may be one: $scripts',
    async ({ scripts, isWarned }) => {
      const { stderr } = await run(['--yes'], {
        cwd: await projectWith({ compilerOptions: OUTPUT }, { scripts }),
      });
      expect(stderr.includes('tsc would write to dist')).toBe(isWarned);
    },
  );

  const CHECK = 'tsc --noEmit';
  test.each([
    ['tsc -p tsconfig.build.json', CHECK],
    ['tsc -p "tsconfig.build.json" && tsc-alias -p tsconfig.build.json', CHECK],
    [
      'tsc --noEmit && tsc --noEmitOnError --project ./tsconfig.build.json',
      'tsc-watch -p tsconfig.build.json',
    ],
    ['tsc -b --verbose tsconfig.build.json', `concurrently "${CHECK}" "tsc -w -p tsconfig.build.json"`],
    ['tsc --build tsconfig.build.json', `${CHECK} -p tsconfig.json`],
  ])('causes no warning if it only checks them: %s; %s', async (build, other) => {
    const cwd = writeTree(await projectWith({ compilerOptions: OUTPUT }, { scripts: { build, other } }), {
      'tsconfig.build.json': '{"extends":"./tsconfig.json","include":["src"]}',
    });
    expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each<{ scripts: Record<string, string>; own?: object; says: string }>([
    { scripts: { dev: 'tsc -w', build: 'tsc -p tsconfig.build.json' }, says: 'to dist/src' },
    { scripts: { build: 'tsc -b', check: 'tsc --noEmit -p tsconfig.build.json' }, says: 'to dist/src' },
    { scripts: { build: 'tsup', check: 'tsc --noEmit -p tsconfig.build.json' }, says: 'to dist/src' },
    {
      scripts: { build: 'tsc -p tsconfig.build.json' },
      own: { rootDir: 'src' },
      says: 'outside of its rootDir',
    },
  ])('causes one warning, about tsconfig.json: $scripts $own', async ({ scripts, own, says }) => {
    const cwd = writeTree(await projectWith({ compilerOptions: { ...OUTPUT, ...own } }, { scripts }), {
      'tsconfig.build.json': '{"extends":"./tsconfig.json","include":["src"]}',
    });
    const { stderr } = await run(['--yes'], { cwd });
    expect(stderr).toMatch(/^warning: tsconfig\.json includes scripts\/.*\n$/);
    expect(stderr).toContain(says);
  });

  test.each(['tsc -p tsconfig.check.json --noEmit', 'tsc --noEmit --project tsconfig.check.json'])(
    'causes no warning if it belongs to a check: %s',
    async (check) => {
      const tsconfig = { compilerOptions: OUTPUT, include: ['src'] };
      const cwd = writeTree(await projectWith(tsconfig, { scripts: { build: 'tsc', check } }), {
        'tsconfig.check.json': '{"extends":"./tsconfig.json","include":["**/*"]}',
      });
      expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test('with an app, the warning also says to exclude its test', async () => {
    const cwd = await projectWith({ compilerOptions: OUTPUT });
    const { stderr } = await run(['--yes', '--app'], { cwd });
    expect(stderr).toContain('["dist", "test", "scripts"]');
  });
});

test.each([
  { compilerOptions: OUTPUT, include: ['src'] },
  { compilerOptions: OUTPUT, files: ['src/index.ts'] },
  { compilerOptions: OUTPUT, exclude: ['node_modules', 'dist', 'scripts'] },
  { compilerOptions: { ...OUTPUT, noEmit: true } },
  { compilerOptions: { ...OUTPUT, declaration: true, emitDeclarationOnly: true } },
  { compilerOptions: { ...OUTPUT, rootDir: '.' } },
  { compilerOptions: { module: 'nodenext' } },
])('a build that does not change causes no warning: %j', async (tsconfig) => {
  const cwd = await projectWith(tsconfig);
  expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each(['cd build && tsc', 'npm run clean && cd ./build && tsc -p .', '(cd build && tsc --build)'])(
  'a build in another folder is found there: %s',
  async (build) => {
    const cwd = writeTree(await projectWith({ compilerOptions: OUTPUT }, { scripts: { build } }), {
      'build/tsconfig.json': '{"extends":"../tsconfig.json","include":["../src","../scripts"]}',
    });
    const { stderr } = await run(['--yes'], { cwd });
    expect(stderr).toMatch(/^warning: build\/tsconfig\.json includes scripts\/.*\n$/);
  },
);

const TYPESCRIPT_5 = { devDependencies: { typescript: '~5.9.0' } };

test.each<{ tsconfig: object; packageJson?: object; args: string[]; says: string }>([
  {
    tsconfig: { compilerOptions: { module: 'nodenext', rootDir: 'server' } },
    args: ['--dir', 'lib/session'],
    says: 'lib/session is outside of the rootDir of tsconfig.json: tsc refuses to build. Give --dir server/session.',
  },
  {
    tsconfig: { compilerOptions: { module: 'commonjs', esModuleInterop: false }, include: ['src'] },
    args: [],
    says: 'tsconfig.json has no "esModuleInterop": true',
  },
  {
    tsconfig: {
      compilerOptions: { module: 'commonjs', allowSyntheticDefaultImports: true },
      include: ['src'],
    },
    packageJson: TYPESCRIPT_5,
    args: [],
    says: 'tsconfig.json has no "esModuleInterop": true',
  },
  {
    tsconfig: { compilerOptions: { module: 'es2022', moduleResolution: 'node' }, include: ['src'] },
    packageJson: TYPESCRIPT_5,
    args: [],
    says: 'tsconfig.json has no "esModuleInterop": true',
  },
  {
    tsconfig: { compilerOptions: { module: 'nodenext', verbatimModuleSyntax: true }, include: ['src'] },
    args: [],
    says: 'Remove it there, or set "type": "module" in package.json.',
  },
  {
    tsconfig: { compilerOptions: { module: 'commonjs', verbatimModuleSyntax: true }, include: ['src'] },
    packageJson: { type: 'module' },
    args: [],
    says: 'in CommonJS. Remove it there.',
  },
  {
    tsconfig: { compilerOptions: { module: 'nodenext', isolatedDeclarations: true }, include: ['src'] },
    args: [],
    says: 'tsconfig.json has "isolatedDeclarations"',
  },
  {
    tsconfig: { compilerOptions: { module: 'nodenext', composite: true }, files: ['src/index.ts'] },
    args: [],
    says: 'Add src/session to its "include".',
  },
  {
    tsconfig: { compilerOptions: { module: 'commonjs', esModuleInterop: false }, include: ['src'] },
    args: [],
    says: "turn imports such as `import * as Koa from 'koa'` into `import Koa from 'koa'`",
  },
  {
    tsconfig: { compilerOptions: { target: 'ES5', module: 'esnext', moduleResolution: 'node' } },
    args: [],
    says: 'tsconfig.json compiles to ES5, for which tsc refuses private fields, as in the session files. Set "target": "es2021" there.',
  },
  {
    tsconfig: { compilerOptions: { esModuleInterop: true }, include: ['src'] },
    packageJson: TYPESCRIPT_5,
    args: [],
    says: 'Set "target": "es2021" and "module": "commonjs" there.',
  },
  {
    tsconfig: { compilerOptions: { esModuleInterop: false }, include: ['src'] },
    packageJson: TYPESCRIPT_5,
    args: [],
    says: 'tsconfig.json has no "esModuleInterop": true',
  },
  {
    tsconfig: { compilerOptions: { module: 'nodenext' } },
    packageJson: { scripts: { build: 'rm -rf build && tsup ./src --out-dir build' } },
    args: [],
    says: 'tsup is given all files in src, and would stop at src/session/README.md. Give it "!**/*.md" as well.',
  },
])('a warning says that the build would break: $tsconfig', async ({ tsconfig, packageJson, args, says }) => {
  const cwd = await projectWith(tsconfig, packageJson);
  expect((await run(['--yes', ...args], { cwd })).stderr).toContain(says);
});

test.each([
  { compilerOptions: { rootDir: null, outDir: null, module: null, extends: null } },
  { compilerOptions: null },
  { files: [], references: [{ path: './nowhere' }] },
  { files: [], references: [{ path: '.' }] },
])('a tsconfig that tsc can read causes no error: %j', async (tsconfig) => {
  const cwd = await projectWith(tsconfig);
  expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0 });
});

test('import endings stay the same while the base of the tsconfig is not installed', async () => {
  const cwd = writeTree(await projectWith({ extends: '@tsconfig/node20' }), {
    'node_modules/@tsconfig/node20/tsconfig.json': '{"compilerOptions":{"module":"nodenext"}}',
  });
  await run(['--yes'], { cwd });
  rmSync(`${cwd}/node_modules`, { recursive: true });
  const { exitCode, stdout, stderr } = await run(['--yes'], { cwd });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.not.stringContaining('updated') });
  expect(stderr).toContain('imports end as they did before');
});

test('a run says once which imports have to end in another way', async () => {
  const cwd = writeTree(await projectWith({ extends: '@tsconfig/node20' }, { type: 'module' }), {
    'src/app.ts': "import Koa from 'koa';\n\nconst app = new Koa();\n",
  });
  await run(['-c', 'url', '--url', 'mongodb://127.0.0.1:27017/shop', '--mount'], { cwd });
  expect(await readIn(cwd, 'src/app.ts')).toContain("from './session/index.ts'");
  writeTree(cwd, {
    'node_modules/@tsconfig/node20/tsconfig.json': '{"compilerOptions":{"module":"nodenext"}}',
  });
  const note =
    "imports now end with .js: change that of src/session/index.ts to './session/index.js' in src/app.ts.";
  expect((await run(['--yes'], { cwd })).stdout).toContain(note);
  expect((await run(['--yes'], { cwd })).stdout).not.toContain('imports now end');
});

test.each([
  { what: 'is only checked', options: { checkJs: true, noEmit: true }, build: 'tsc', ending: '.ts' },
  { what: 'is built by nothing', options: { checkJs: true }, build: 'tsc --noEmit', ending: '.ts' },
  {
    what: 'is built with TypeScript next to it',
    options: { allowJs: true },
    build: 'tsc -p .',
    ending: '.js',
  },
])('imports in JavaScript that $what end with $ending', async ({ options, build, ending }) => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { build } }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { module: 'nodenext', ...options },
      include: ['src'],
    }),
    'src/app.js': "import Koa from 'koa';\n\nconst app = new Koa();\n",
  });
  const { stdout } = await run(['--yes'], { cwd });
  expect(stdout).toContain(`import { sessions } from './session/index${ending}';`);
  expect(await readIn(cwd, 'src/session/index.ts')).toContain(`from './connection${ending}';`);
});

test('a JavaScript app is started with tsx, also before what the tsconfig of its client extends is installed', async () => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { start: 'node server.js' } }),
    'tsconfig.json': JSON.stringify({ extends: '@vue/tsconfig/tsconfig.dom.json' }),
    'server.js': "import Koa from 'koa';\n\nconst app = new Koa();\n",
  });
  expect((await run(['--yes'], { cwd })).stdout).toContain('"start": "node --import tsx server.js"');
});

const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };

test.each<{ options: object; own?: object; scripts?: object; type?: string; ending: string }>([
  { options: BUNDLER, ending: '.js' },
  { options: { module: 'es2022', moduleResolution: 'node' }, ending: '.js' },
  { options: { module: 'es2022' }, ending: '.js' },
  { options: BUNDLER, type: 'commonjs', ending: '' },
  { options: { ...BUNDLER, noEmit: true }, ending: '' },
  { options: BUNDLER, scripts: { build: 'tsc --noEmit && vite build' }, ending: '' },
  { options: { ...BUNDLER, noEmit: true }, own: { noEmit: false }, ending: '.js' },
  { options: BUNDLER, own: { noEmit: true }, ending: '' },
  { options: { ...BUNDLER, rewriteRelativeImportExtensions: true }, ending: '.ts' },
  { options: { ...BUNDLER, noEmit: true, allowImportingTsExtensions: true }, ending: '.ts' },
  {
    options: { ...BUNDLER, noEmit: true, allowImportingTsExtensions: true },
    own: { noEmit: false, allowImportingTsExtensions: false },
    ending: '.js',
  },
])('imports end with "$ending" by what tsc writes: $type $options $own $scripts', async (given) => {
  const { options, own, scripts, type = 'module', ending } = given;
  const build = own ? 'tsc -p tsconfig.build.json' : 'tsc';
  const cwd = writeTree(
    await projectWith(
      { compilerOptions: options, include: ['src'] },
      { type, scripts: scripts ?? { build } },
    ),
    { 'tsconfig.build.json': JSON.stringify({ extends: './tsconfig.json', compilerOptions: own }) },
  );
  await run(['--yes'], { cwd });
  expect(await readIn(cwd, 'src/session/index.ts')).toContain(`from './connection${ending}';`);
});

test.each<{ options?: object; type?: string; app?: string; imported: string; ending: string }>([
  { options: BUNDLER, imported: './count.js', ending: '.js' },
  { options: BUNDLER, imported: './count', ending: '' },
  { options: BUNDLER, imported: 'count.js', ending: '' },
  { options: BUNDLER, type: 'commonjs', imported: './count.js', ending: '' },
  { options: { ...BUNDLER, allowImportingTsExtensions: true }, imported: './count.js', ending: '.ts' },
  { imported: './count.js', ending: '.js' },
  { app: 'app.js', imported: './count.js', ending: '.ts' },
])(
  'imports end with "$ending" where the app has $imported: $type $app $options',
  async ({ options, type = 'module', app = 'app.ts', imported, ending }) => {
    const cwd = writeTree(await temporaryFolder(), {
      'package.json': JSON.stringify({ name: 'shop', type, scripts: { build: 'swc src -d dist' } }),
      [`src/${app}`]: `import Koa from 'koa';\nimport '${imported}';\n\nconst app = new Koa();\n`,
      ...(options && {
        'tsconfig.json': JSON.stringify({ compilerOptions: { ...options, noEmit: true }, include: ['src'] }),
      }),
    });
    await run(['--yes'], { cwd });
    expect(await readIn(cwd, 'src/session/index.ts')).toContain(`from './connection${ending}';`);
  },
);

test.each([
  { packageJson: {}, tsconfig: { target: 'es2015' } },
  { packageJson: { devDependencies: { typescript: '^6.0.0' } }, tsconfig: {} },
  { packageJson: { devDependencies: { typescript: '^5.9.0' } }, tsconfig: { module: 'node16' } },
  { packageJson: { scripts: { build: 'tsup src/index.ts' } }, tsconfig: {} },
  { packageJson: { scripts: { build: 'tsup src "!**/*.md" --minify' } }, tsconfig: {} },
  { packageJson: { scripts: { build: 'tsup lib' } }, tsconfig: {} },
])('a build that stays right causes no warning: $packageJson $tsconfig', async (given) => {
  const tsconfig = { compilerOptions: { module: 'nodenext', ...given.tsconfig }, include: ['src'] };
  const cwd = await projectWith(tsconfig, given.packageJson);
  expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each([
  [`{ entry: ['src'] }`, true],
  [`{ entry: [\n "bin/cli.ts", "./src/**/*" ] }`, true],
  [`{ entry: ['src/**/*.ts'] }`, false],
  [`{ entry: ['src', '!**/*.md'] }`, false],
  [`{ entry: ['src/index.ts'], outDir: 'src' }`, false],
])('the configuration %s of tsup causes a warning: %s', async (config, isWarned) => {
  const cwd = writeTree(await projectWith({ compilerOptions: { module: 'nodenext' } }, {}), {
    'tsup.config.ts': `export default ${config};\n`,
  });
  const { stderr } = await run(['--yes'], { cwd });
  expect(stderr.includes('would stop at src/session/README.md')).toBe(isWarned);
});

test('a jsconfig.json that a script checks has to allow the endings of the imports', async () => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"name":"shop","type":"module","scripts":{"types":"tsc -p jsconfig.json"}}',
    'jsconfig.json': '{"compilerOptions":{"checkJs":true,"module":"nodenext"}}',
    'src/app.js': "import Koa from 'koa';\nexport const app = new Koa();\n",
  });
  expect((await run(['--yes'], { cwd })).stderr).toContain(
    'jsconfig.json has no "allowImportingTsExtensions": true',
  );
});

describe('ESLint that checks with types', () => {
  const FLAT = 'export default [{ languageOptions: { parserOptions: { projectService: true } } }];\n';
  const built = { compilerOptions: OUTPUT, include: ['src'] };

  test.each([
    { config: 'eslint.config.mjs', text: FLAT, line: '{ ignores: ["scripts/migrate-sessions.ts"] }' },
    {
      config: '.eslintrc.json',
      text: '{"parserOptions":{"project":"./tsconfig.json"}}',
      line: '"ignorePatterns": ["scripts/migrate-sessions.ts"]',
    },
  ])('causes one warning about files that no tsconfig includes: $config', async ({ config, text, line }) => {
    const cwd = writeTree(await projectWith(built), { [config]: text });
    const { stderr } = await run(['--yes'], { cwd });
    expect(stderr).toContain(
      `${config} checks with types, and no tsconfig includes scripts/migrate-sessions.ts`,
    );
    expect(stderr).toContain(`Add ${line} there.`);
    expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each([
    { config: '.eslintrc.js', other: '.eslintrc.cjs' },
    { config: '.eslintrc.yaml', other: '.eslintrc.json' },
    { config: '.eslintrc.json', other: '.eslintrc' },
    { config: '.eslintrc.json', other: '.eslintrc.old' },
    { config: 'eslint.config.js', other: 'eslint.config.ts' },
    { config: 'eslint.config.ts', other: '.eslintrc.js' },
  ])('is the one that ESLint reads: $config beside $other', async ({ config, other }) => {
    const cwd = writeTree(await projectWith(built), { [config]: FLAT, [other]: '{}' });
    const { stderr } = await run(['--yes'], { cwd });
    expect(stderr).toContain(`${config} checks with types`);
  });

  test('is found at the top of the repository, too, and ignores files as seen from there', async () => {
    const top = writeTree(await temporaryFolder(), {
      '.git/HEAD': '',
      'eslint.config.js': FLAT,
      'api/package.json': '{"name":"shop"}',
      'api/tsconfig.json': JSON.stringify(built),
    });
    const { stderr } = await run(['--yes'], { cwd: `${top}/api` });
    expect(stderr).toContain('../eslint.config.js checks with types');
    expect(stderr).toContain('{ ignores: ["api/scripts/migrate-sessions.ts"] }');
  });

  test.each([
    { what: 'a tsconfig takes them in', tsconfig: { compilerOptions: { module: 'nodenext' } }, text: FLAT },
    { what: 'it knows no types', tsconfig: built, text: 'export default [];\n' },
    {
      what: 'it has a tsconfig of its own, which may take them in',
      tsconfig: built,
      text: FLAT.replace('projectService: true', "project: './tsconfig.eslint.json'"),
    },
  ])('causes no warning if $what', async ({ tsconfig, text }) => {
    const cwd = writeTree(await projectWith(tsconfig), { 'eslint.config.js': text });
    expect(await run(['--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

const APP = "import Koa from 'koa';\n\nconst app = new Koa();\n\napp.listen(3000);\n";
const COMMON = { target: 'es2022', strict: true, skipLibCheck: true, types: ['node'] };
const BUILT = { ...COMMON, outDir: 'dist', rootDir: 'src' };
const INCLUDE = { include: ['src'] };

/** Projects that get no warning, and that their own compiler builds. */
const BUILDS: readonly {
  readonly what: string;
  readonly tsconfig: object;
  readonly type?: 'module';
  /** Further files. */
  readonly more?: Readonly<Record<string, object | string>>;
  readonly args?: readonly string[];
  readonly compiler?: string;
  /** The TypeScript version in package.json; an older one by default. */
  readonly typescript?: string;
}[] = [
  {
    what: 'paths',
    tsconfig: {
      compilerOptions: { ...BUILT, module: 'nodenext', paths: { '@/*': ['./src/*'] } },
      ...INCLUDE,
    },
    type: 'module',
  },
  {
    what: 'a bundler',
    tsconfig: { compilerOptions: { ...COMMON, module: 'esnext', moduleResolution: 'bundler', noEmit: true } },
    type: 'module',
  },
  {
    what: 'a bundler that accepts .ts',
    tsconfig: {
      compilerOptions: { ...COMMON, module: 'preserve', allowImportingTsExtensions: true, noEmit: true },
    },
    type: 'module',
  },
  {
    what: 'verbatimModuleSyntax',
    tsconfig: { compilerOptions: { ...BUILT, module: 'nodenext', verbatimModuleSyntax: true }, ...INCLUDE },
    type: 'module',
  },
  {
    what: 'moduleResolution: node, compiled to CommonJS',
    tsconfig: {
      compilerOptions: { ...BUILT, module: 'commonjs', moduleResolution: 'node', esModuleInterop: true },
      ...INCLUDE,
    },
    compiler: 'typescript59',
  },
  {
    what: 'moduleResolution: node, compiled to ES modules',
    tsconfig: {
      compilerOptions: { ...BUILT, module: 'esnext', moduleResolution: 'node', esModuleInterop: true },
      ...INCLUDE,
    },
    type: 'module',
    compiler: 'typescript59',
  },
  {
    what: 'moduleResolution: node, with allowSyntheticDefaultImports',
    tsconfig: {
      compilerOptions: {
        ...{ ...BUILT, module: 'esnext', moduleResolution: 'node', allowSyntheticDefaultImports: true },
      },
      ...INCLUDE,
    },
    type: 'module',
    compiler: 'typescript59',
  },
  {
    what: 'CommonJS with a TypeScript version in which esModuleInterop is the default',
    tsconfig: { compilerOptions: { ...BUILT, module: 'commonjs' }, ...INCLUDE },
    typescript: '^7.0.0',
  },
  {
    what: 'references to composite projects, one of which depends on the other',
    tsconfig: { files: [], references: [{ path: './tsconfig.lib.json' }, { path: './tsconfig.app.json' }] },
    more: {
      'tsconfig.lib.json': {
        compilerOptions: {
          ...COMMON,
          module: 'nodenext',
          composite: true,
          rootDir: 'lib',
          outDir: 'out/lib',
        },
        include: ['lib'],
      },
      'tsconfig.app.json': {
        compilerOptions: {
          ...COMMON,
          module: 'nodenext',
          composite: true,
          rootDir: 'src',
          outDir: 'out/app',
        },
        include: ['src'],
        references: [{ path: './tsconfig.lib.json' }],
      },
      'lib/one.ts': 'export const one = 1;\n',
    },
    type: 'module',
    args: ['--build'],
  },
  {
    what: 'decorators of an older target',
    tsconfig: {
      compilerOptions: {
        ...{
          ...BUILT,
          target: 'es2019',
          module: 'commonjs',
          moduleResolution: 'node',
          esModuleInterop: true,
        },
        ...{ experimentalDecorators: true, emitDecoratorMetadata: true, useDefineForClassFields: false },
      },
      ...INCLUDE,
    },
    compiler: 'typescript59',
  },
];

describe('a project builds as before after the sessions are mounted', () => {
  test.each(sample(BUILDS, 1))('$what', async (build) => {
    const { tsconfig, type, more = {}, args = [], compiler = 'typescript', typescript = '^5.9.0' } = build;
    const packageJson = JSON.stringify({
      ...{ name: 'shop', ...(type !== undefined && { type }), dependencies: { koa: '^3.0.0' } },
      devDependencies: { '@types/koa': '^3.0.0', '@types/node': '^20.0.0', typescript },
    });
    const cwd = writeTree(await temporaryFolder(), {
      ...{ 'package.json': packageJson, 'tsconfig.json': JSON.stringify(tsconfig), 'src/app.ts': APP },
      ...Object.fromEntries(
        Object.entries(more).map(([path, text]) => [
          path,
          typeof text === 'string' ? text : JSON.stringify(text),
        ]),
      ),
    });
    const url = ['--url', 'mongodb://127.0.0.1:27017/shop'];
    const written = await run(['-c', 'url', ...url, '--mount'], { cwd });
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    linkPackages(cwd, await readIn(cwd, 'package.json'), { typescript: compiler }, compiler);
    expect(await runIn(cwd, ['tsc', ...args], {})).toMatchObject({ all: '', exitCode: 0 });
  });
});

describe('a package of a monorepo without a tsconfig.json of its own', () => {
  const monorepo = async (app: string, options = '"module":"nodenext"', scripts = '{}') =>
    writeTree(await temporaryFolder(), {
      'package.json': '{"workspaces":["packages/*"],"devDependencies":{"typescript":"~5.9.0"}}',
      'tsconfig.json': `{"compilerOptions":{${options}},"include":["packages/*/src"]}`,
      'packages/api/package.json': `{"type":"module","scripts":${scripts},"dependencies":{"koa":"^3.0.0"}}`,
      [`packages/api/src/${app}`]: "import Koa from 'koa';\nexport const app = new Koa();\n",
    });

  test('follows that of the monorepo if its app is in TypeScript', async () => {
    const cwd = await monorepo('app.ts');
    expect(await run(['packages/api', '--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readIn(cwd, 'packages/api/src/session/index.ts')).toContain("from './connection.js'");
    expect(await readIn(cwd, 'packages/api/package.json')).toContain('"@types/koa"');
  });

  test('ends imports in .js if tsc, which finds it, writes ES modules', async () => {
    const options = '"module":"esnext","moduleResolution":"bundler"';
    const cwd = await monorepo('app.ts', options, '{"build":"tsc --outDir dist"}');
    expect(await run(['packages/api', '--yes'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await readIn(cwd, 'packages/api/src/session/index.ts')).toContain("from './connection.js'");
  });

  test('does not if its app is in JavaScript', async () => {
    const cwd = await monorepo('app.js');
    expect(await run(['packages/api', '--yes'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readIn(cwd, 'packages/api/src/session/index.ts')).toContain("from './connection.ts'");
    expect(await readIn(cwd, 'packages/api/package.json')).not.toContain('"@types/koa"');
  });

  test('is warned of options there with which the sessions cannot be compiled', async () => {
    const cwd = await monorepo('app.ts', '"module":"nodenext","isolatedDeclarations":true');
    const { stderr } = await run(['packages/api', '--yes'], { cwd });
    expect(stderr).toContain('../../tsconfig.json has "isolatedDeclarations"');
  });
});

/** The parser of get-tsconfig, which the build replaces. */
test.each([
  '{ // of the server\n  "compilerOptions": { "rootDir": "server", /* CommonJS */ "module": "commonjs", },\n}',
  '\uFEFF{ "include": ["server",] /* and nothing else */, }\n// the end',
  '{ "include": ["\\u0073erver"] ',
])('is read with comments, commas at an end, and without its own end: %j', async (tsconfig) => {
  const cwd = writeTree(await projectWith({}), { 'tsconfig.json': tsconfig });
  const { stdout } = await run(['--yes', '--connection', 'db', '--dry-run'], { cwd });
  expect(stdout).toContain('server/session/index.ts');
});
