import { expect, test } from 'vitest';
import type { Settings } from '../../../src/core/answers/settings.ts';
import { closingOf, runningOf, testingOf } from '../../../src/core/report/running-steps.ts';
import { PLAIN } from '../../support/generated.ts';

const settings = { ...PLAIN, project: { ...PLAIN.project, language: 'javascript' as const } };
const sayOf = (
  packages: Record<string, string>,
  scripts: Record<string, string>,
  startedBy = { scripts: ['start', 'server'], isCompiled: false },
) => runningOf(settings, { packages, scripts, startedBy });

test.each([
  { script: 'babel src -d dist', becomes: 'babel --extensions .js,.ts src -d dist' },
  {
    script: 'nodemon --exec babel-node src/app.js',
    becomes: 'nodemon --exec babel-node --extensions .js,.ts src/app.js',
  },
  {
    script: 'nodemon src/app.js --exec babel-node',
    becomes: 'nodemon src/app.js --exec "babel-node --extensions .js,.ts"',
  },
  { script: 'babel src -d dist -x .js', becomes: undefined },
  { script: 'npm run babel && eslint --parser babel src', becomes: undefined },
  { script: 'node dist/app.js', becomes: undefined },
])('a step sets up Babel for TypeScript: $script', ({ script, becomes }) => {
  const packages = { '@babel/cli': '^7.0.0', '@babel/preset-env': '^7.0.0' };
  expect(sayOf(packages, { build: script })).toEqual({
    what: 'Let Babel compile the sessions, which are TypeScript, with one more preset',
    commands: ['npm install -D @babel/preset-typescript'],
    lines: [
      '"presets": [..., "@babel/preset-typescript"]',
      ...(becomes === undefined ? [] : [`"build": ${JSON.stringify(becomes)}`]),
    ],
  });
});

test.each([
  { core: '^7.24.0', preset: '@babel/preset-typescript@7' },
  { core: '^8.0.0', preset: '@babel/preset-typescript' },
])('the preset fits Babel $core', ({ core, preset }) => {
  const packages = { '@babel/cli': core, '@babel/core': core };
  expect(sayOf(packages, {})?.commands).toEqual([`npm install -D ${preset}`]);
});

test('a step lets the hook of Babel compile TypeScript, which it passes over by default', () => {
  expect(sayOf({ '@babel/register': '^7.0.0' }, { start: 'node index.js' })?.lines).toEqual([
    '"presets": [..., "@babel/preset-typescript"]',
    "extensions: ['.js', '.ts'], in a call of @babel/register",
  ]);
});

test('a step lets webpack compile the sessions, if Babel compiles a bundle that is started', () => {
  const packages = { webpack: '^5.0.0', 'babel-loader': '^9.0.0' };
  const bundle = { scripts: [], isCompiled: true };
  expect(sayOf(packages, { start: 'node dist/server.js' }, bundle)?.lines).toEqual([
    '"presets": [..., "@babel/preset-typescript"]',
    String.raw`test: /\.[jt]s$/, in the rule of babel-loader`,
  ]);
  expect(sayOf({}, { start: 'node dist/server.js' }, bundle)).toBeUndefined();
});

test('nothing is added if Babel already compiles TypeScript, or tsx runs the app', () => {
  expect(sayOf({ '@babel/node': '7', '@babel/preset-typescript': '7' }, {})).toBeUndefined();
  expect(sayOf({}, { start: 'node --import tsx src/app.js' })).toBeUndefined();
});

test('tsx in a script that does not start the app is no reason to leave it out', () => {
  const running = sayOf({}, { start: 'node app.js', seed: 'tsx tools/seed.ts' });
  expect(running?.lines).toEqual(['"start": "node --import tsx app.js"']);
});

test.each(['esm', 'commonjs'] as const)(
  'tsx, which an %s app is started with, is to be there on a server',
  (modules) => {
    const project = { ...settings.project, modules };
    const running = runningOf(
      { ...settings, project },
      { packages: {}, scripts: {}, startedBy: { scripts: [], isCompiled: false } },
    );
    expect(running?.what).toContain('has to be in "dependencies"');
  },
);

test.each([
  { script: 'node src/server.js', becomes: 'node --import tsx src/server.js' },
  {
    script: 'NODE_ENV=production node --env-file=.env server.js --port 80',
    becomes: 'NODE_ENV=production node --import tsx --env-file=.env server.js --port 80',
  },
  { script: 'nodemon ./bin/www.js', becomes: 'nodemon --import tsx ./bin/www.js' },
  {
    script: './node_modules/.bin/nodemon bin/www',
    becomes: './node_modules/.bin/nodemon --import tsx bin/www',
  },
  { script: 'npm run lint && node .', becomes: 'npm run lint && node --import tsx .' },
  { script: 'node src/server', becomes: 'node --import tsx src/server' },
  {
    script: 'cross-env PORT=80 NODE_ENV=production node server.js',
    becomes: 'cross-env PORT=80 NODE_ENV=production node --import tsx server.js',
  },
  {
    script: 'env-cmd -f ./dev.env -e dev node server.js',
    becomes: 'env-cmd -f ./dev.env -e dev node --import tsx server.js',
  },
  { script: 'dotenv -- /usr/bin/node server.js', becomes: 'dotenv -- /usr/bin/node --import tsx server.js' },
  {
    script: 'nodemon --ext js,tsx --exec "node server.js"',
    becomes: 'nodemon --ext js,tsx --exec "node --import tsx server.js"',
  },
  { script: 'node css.js; node server.js', becomes: 'node --import tsx css.js; node --import tsx server.js' },
  { script: 'pm2 start server.js', becomes: undefined },
  { script: 'pm2 start server.js --interpreter node --watch', becomes: undefined },
  { script: 'esbuild server.js --platform=node --format=esm', becomes: undefined },
  { script: 'esbuild server.js --platform node --format=esm', becomes: undefined },
])('the script that starts the app is shown with tsx: $script', ({ script, becomes }) => {
  const running = sayOf({}, { start: script, build: 'node scripts/build.js' });
  const shown = { commands: running?.commands, lines: running?.lines };
  expect(shown).toEqual(
    becomes === undefined
      ? { commands: ['node --import tsx …'], lines: [] }
      : { commands: [], lines: [`"start": ${JSON.stringify(becomes)}`] },
  );
});

test.each<{ what: string; scripts: Record<string, string>; startedBy: object; lines?: string[] }>([
  {
    what: 'only those that run the app',
    scripts: { start: 'node app.js', watch: 'node build-css.js --watch', 'start:worker': 'node worker.js' },
    startedBy: { scripts: ['start'] },
    lines: ['"start": "node --import tsx app.js"'],
  },
  {
    what: 'only those without it',
    scripts: { start: 'node app.js', dev: 'tsx watch app.js' },
    startedBy: { scripts: ['start', 'dev'] },
    lines: ['"start": "node --import tsx app.js"'],
  },
  { what: 'none with it', scripts: { server: 'tsx server.js' }, startedBy: { scripts: ['server'] } },
  {
    what: 'none that requires it',
    scripts: { start: 'node -r tsx/cjs app.js' },
    startedBy: { scripts: ['start'] },
  },
  {
    what: 'none if a bundle is started',
    scripts: { start: 'node dist/app.js' },
    startedBy: { isCompiled: true },
  },
  {
    what: 'none if another one builds that bundle',
    scripts: { build: 'esbuild app.js --bundle --platform=node --format=esm', start: 'node dist/app.js' },
    startedBy: { isCompiled: true, scripts: ['build'] },
  },
])('of the scripts, $what are shown', ({ scripts, startedBy, lines }) => {
  const running = sayOf({}, scripts, { scripts: [], isCompiled: false, ...startedBy });
  expect(running?.lines).toEqual(lines);
  expect(running === undefined).toBe(lines === undefined);
});

// Node 20 runs no TypeScript, and no Node does under "type": "commonjs": each test that imports the app failed.
test.each([
  { script: 'node --test', becomes: 'node --import tsx --test' },
  { script: 'NODE_ENV=test mocha', becomes: 'NODE_ENV=test mocha --import=tsx' },
  { script: 'nyc mocha --exit test/*.js', becomes: 'nyc mocha --import=tsx --exit test/*.js' },
  { script: 'c8 --reporter=lcov --all mocha', becomes: 'c8 --reporter=lcov --all mocha --import=tsx' },
  { script: 'npm run lint -- --ext mocha', becomes: undefined },
  { script: 'env NODE_ENV=test mocha', becomes: 'env NODE_ENV=test mocha --import=tsx' },
  {
    script: 'concurrently "yarn mocha" "eslint ."',
    becomes: 'concurrently "yarn mocha --import=tsx" "eslint ."',
  },
  { script: '(mocha; eslint .)', becomes: '(mocha --import=tsx; eslint .)' },
  { script: 'c8 ava', becomes: 'c8 ava --node-arguments=--import=tsx --no-worker-threads' },
  { script: 'node --import tsx --test', becomes: undefined },
  { script: 'eslint --plugin mocha', becomes: undefined },
  { script: 'node tools/check.js', becomes: undefined },
])('a script that tests the app is shown with tsx: $script', ({ script, becomes }) => {
  const shown = sayOf({}, { start: 'node app.js', check: script })?.lines?.slice(1);
  expect(shown).toEqual(becomes === undefined ? [] : [`"check": ${JSON.stringify(becomes)}`]);
});

// Jest gives tests a copy of process.env, and refuses import() without the flag: "MongoDB answered an error (code 183)".
test.each([
  { script: 'jest', loadsEnv: true, becomes: 'node --experimental-vm-modules node_modules/jest/bin/jest.js' },
  {
    script: 'npx jest',
    loadsEnv: true,
    becomes: 'node --experimental-vm-modules node_modules/jest/bin/jest.js',
  },
  {
    script: 'cross-env NODE_ENV=test jest --watch',
    loadsEnv: false,
    becomes:
      'cross-env NODE_ENV=test node --env-file=.env --experimental-vm-modules node_modules/jest/bin/jest.js --watch',
  },
  {
    script: 'node --experimental-vm-modules node_modules/jest/bin/jest.js',
    loadsEnv: false,
    becomes: 'node --env-file=.env --experimental-vm-modules node_modules/jest/bin/jest.js',
  },
  {
    script: 'node --experimental-vm-modules node_modules/jest/bin/jest.js',
    loadsEnv: true,
    becomes: undefined,
  },
  {
    script: 'npx --no-install jest',
    loadsEnv: true,
    becomes: 'node --experimental-vm-modules node_modules/jest/bin/jest.js',
  },
  ...['yarn jest', 'yarn run jest', 'pnpm jest', 'pnpm exec jest', 'npm exec jest', 'npm exec -- jest'].map(
    (script) => ({
      script,
      loadsEnv: true,
      becomes: 'node --experimental-vm-modules node_modules/jest/bin/jest.js',
    }),
  ),
  {
    script: 'concurrently "tsc -w" "jest"',
    loadsEnv: true,
    becomes: 'concurrently "tsc -w" "node --experimental-vm-modules node_modules/jest/bin/jest.js"',
  },
  { script: 'NODE_OPTIONS=--experimental-vm-modules npx jest', loadsEnv: true, becomes: undefined },
  {
    script: "cross-env NODE_OPTIONS='--experimental-vm-modules --no-warnings' jest --ci",
    loadsEnv: false,
    becomes:
      "cross-env NODE_OPTIONS='--experimental-vm-modules --no-warnings' node --env-file=.env node_modules/jest/bin/jest.js --ci",
  },
  {
    script: './node_modules/.bin/jest --ci',
    loadsEnv: true,
    becomes: 'node --experimental-vm-modules node_modules/jest/bin/jest.js --ci',
  },
  {
    script: 'node --inspect-brk node_modules/.bin/jest -i',
    loadsEnv: true,
    becomes: 'node --experimental-vm-modules --inspect-brk node_modules/.bin/jest -i',
  },
  {
    script: 'env-cmd jest',
    loadsEnv: false,
    becomes: 'env-cmd node --experimental-vm-modules node_modules/jest/bin/jest.js',
  },
  { script: 'eslint --env jest .', loadsEnv: false, becomes: undefined },
])('Jest loads the driver, and .env where the app does not: $script', ({ script, loadsEnv, becomes }) => {
  const typed = { ...PLAIN, project: { ...PLAIN.project, language: 'typescript' as const } };
  const steps = testingOf(typed, { packages: JEST, scripts: { test: script }, jest: AT }, loadsEnv);
  expect(steps.flatMap(({ lines = [] }) => lines)).toEqual(
    becomes === undefined ? [] : [`"test": ${JSON.stringify(becomes)}`],
  );
});

// An older Jest knows neither `node:crypto` nor the global `crypto`.
test.each<{ packages: Record<string, string>; commands: string[] }>([
  { packages: { jest: '^27.5.0' }, commands: ['npm install -D jest@28'] },
  { packages: { jest: '26.6.3', 'ts-jest': '^26.5.4' }, commands: ['npm install -D jest@28 ts-jest@28'] },
  { packages: { jest: '^28.0.0', 'ts-jest': '^28.0.0' }, commands: [] },
])('a Jest that cannot run the driver is replaced: $packages', ({ packages, commands }) => {
  const typed = { ...PLAIN, project: { ...PLAIN.project, language: 'typescript' as const } };
  const steps = testingOf(typed, { packages, scripts: {}, jest: AT }, true);
  expect(steps.flatMap((step) => step.commands)).toEqual(commands);
});

const AT = 'node_modules/jest/bin/jest.js';
const JEST = { jest: '^29.0.0' };
const SWC = String.raw`"transform": { "\\.[jt]s$": "@swc/jest" }`;

test.each<{ what: string; packages: Record<string, string>; modules?: 'esm' | 'commonjs'; lines?: string[] }>(
  [
    { what: 'swc', packages: JEST, modules: 'commonjs', lines: [SWC] },
    {
      what: 'swc, for ES modules',
      packages: JEST,
      modules: 'esm',
      lines: [SWC, '"extensionsToTreatAsEsm": [".ts"]'],
    },
    {
      what: 'Babel where the project configures it',
      packages: { ...JEST, '@babel/preset-env': '^7.0.0' },
      lines: ['"presets": [..., "@babel/preset-typescript"]'],
    },
    { what: 'nothing new if it has a compiler', packages: { ...JEST, '@swc/jest': '^0.2.0' } },
    { what: 'what Babel compiles for the app, too', packages: { ...JEST, '@babel/node': '^7.0.0' } },
    { what: 'nothing without Jest', packages: {} },
  ],
)('Jest loads the sessions with $what', ({ packages, modules = 'esm', lines }) => {
  const project = { ...settings.project, modules };
  const compiling = (language: 'javascript' | 'typescript') =>
    testingOf({ ...settings, project: { ...project, language } }, { packages, scripts: {}, jest: AT }, true);
  expect(compiling('javascript').flatMap((step) => step.lines ?? [])).toEqual(lines ?? []);
  expect(compiling('typescript')).toEqual([]);
});

// An open connection kept the process alive: `npm test` printed its result, and never ended.
test.each([
  ...[
    'mocha',
    'nyc mocha --recursive',
    'ava',
    'node --test',
    'node node_modules/jest/bin/jest.js',
    'npx jest',
  ].map((script) => ({ script, style: 'url', isTold: true })),
  ...['vitest run', 'mocha --exit', 'jest --forceExit', 'node --test --test-force-exit', 'eslint .'].map(
    (script) => ({ script, style: 'url', isTold: false }),
  ),
  { script: 'mocha', style: 'host', isTold: true },
  { script: 'mocha', style: 'mongoose', isTold: false },
  { script: 'mocha', style: 'db', isTold: false },
] as const)(
  'the connection is to be closed after tests: $script, $style: $isTold',
  ({ script, style, isTold }) => {
    const connection = { ...PLAIN.connection, style } as Settings['connection'];
    const steps = closingOf({ ...settings, connection }, { scripts: { lint: 'eslint .', test: script } });
    expect(steps.some(({ what }) => what.includes('closeConnections()'))).toBe(isTold);
  },
);
