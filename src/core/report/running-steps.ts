import type { Settings } from '../answers/settings.ts';
import { isOpenedByApp } from '../answers/styles.ts';
import { BABEL_PRESET, hasBabel, presetFor, REGISTER, withTypeScript } from '../project/babel.ts';
import { commandLoadsEnv } from '../project/env-loaders.ts';
import { END, runsOf, withFlags } from '../project/programs.ts';
import { isBelow } from '../project/ranges.ts';
import { startScripts } from '../project/start-scripts.ts';
import type { Project } from '../project/working-tree.ts';
import { addCommand } from './package-notes.ts';
import { byHand, type Step } from './step.ts';

/** How to start a JavaScript app that imports the TypeScript of its sessions; undefined if nothing changes. */
export function runningOf(
  { project }: Settings,
  { scripts, packages, startedBy }: Pick<Project, 'scripts' | 'packages' | 'startedBy'>,
): Step | undefined {
  if (project.language === 'typescript' || project.manager === 'bun') return undefined;
  const all = Object.entries(scripts);
  const known = all.filter(([name]) => startedBy.scripts.includes(name));
  const isWithTsx = ([, command]: Script) => TSX.test(command);
  if (known.length > 0 ? known.every(isWithTsx) : startScripts(scripts).some(isWithTsx)) return undefined;
  const starting = changedBy(withTsx, known);
  const isBundled = startedBy.isCompiled && starting.length === 0;
  if (hasBabel(packages) || (isBundled && Object.hasOwn(packages, LOADER)))
    return compiledByBabel(project, scripts, packages);
  // A build that follows imports has compiled the sessions, too.
  if (isBundled) return undefined;
  const testing = all.filter((script) => !known.includes(script) && TESTS.test(script[1]));
  return {
    what: `${
      project.modules === 'commonjs'
        ? 'Start the app with tsx: the sessions are ES modules in TypeScript, which Node does not run under "type": "commonjs"'
        : 'With Node before 22.18, start the app with tsx: the sessions are TypeScript'
    }. On a server, tsx then has to be in "dependencies"`,
    commands: starting.length > 0 ? [] : [`node --import tsx ${startedBy.main ?? '…'}`],
    lines: [...starting, ...changedBy(withTsx, testing)],
  };
}

/** Not the ending of files, as in `nodemon --ext js,tsx`. */
const TSX = /(?:--(?:import|loader|require)|-r)[ =]tsx|(?<![\w.,-]|--ext |-e )tsx\s/;

type Script = readonly [name: string, command: string];

/** The scripts with another command, as lines of package.json. */
const changedBy = (change: (command: string) => string, scripts: readonly Script[]): string[] =>
  scripts.flatMap(([name, command]) => {
    const next = change(command);
    return next === command ? [] : [`"${name}": ${JSON.stringify(next)}`];
  });

/** nodemon gives the flag to Node, unless it is told what to run. */
const withTsx = (command: string): string =>
  TSX.test(command)
    ? command
    : [
        [String.raw`node|nodemon(?![^&;|]*\s(?:--exec|-x)[\s=])`, '--import tsx'],
        ['mocha', '--import=tsx'],
        ['ava', '--node-arguments=--import=tsx --no-worker-threads'],
      ].reduce((script, [programs = '', flags = '']) => withFlags(script, programs, flags), command);

/** Tests of the app. Vitest compiles by itself. */
const TESTS = new RegExp(String.raw`(?<![\w-])(?:mocha|ava|node\s.*--test)${END}`);

/** webpack compiles only the files that its rule for this names. */
const LOADER = 'babel-loader';

function compiledByBabel(
  { manager }: Settings['project'],
  scripts: Project['scripts'],
  packages: Project['packages'],
): Step | undefined {
  if (Object.hasOwn(packages, BABEL_PRESET)) return undefined;
  return {
    what: 'Let Babel compile the sessions, which are TypeScript, with one more preset',
    commands: [`${addCommand(manager)} -D ${presetFor(packages)}`],
    lines: [
      `"presets": [..., "${BABEL_PRESET}"]`,
      ...(Object.hasOwn(packages, REGISTER) ? [`extensions: ['.js', '.ts'], in a call of ${REGISTER}`] : []),
      ...(hasBabel(packages)
        ? changedBy(withTypeScript, Object.entries(scripts))
        : [String.raw`test: /\.[jt]s$/, in the rule of ${LOADER}`]),
    ],
  };
}

/** What lets Jest load TypeScript, in a project that has it. */
const JEST_COMPILERS = ['ts-jest', '@swc/jest', BABEL_PRESET];

/**
 * How Jest runs the app, since it loads modules by itself: its default is Babel for JavaScript only, and `import()`, by
 * which the driver gets a module as it connects, needs a flag. `loadEnvFile()` sets variables that a test does
 * not see.
 */
export function testingOf(
  { project }: Settings,
  { packages, scripts, jest }: Pick<Project, 'packages' | 'scripts' | 'jest'>,
  loadsEnv: boolean,
): Step[] {
  const has = (name: string) => Object.hasOwn(packages, name);
  if (!has('jest') || project.manager === 'bun') return [];
  const tooOld = ['jest', 'ts-jest'].filter((name) => isBelow(packages[name] ?? '', 28));
  const running = {
    what: `Let Jest load the MongoDB driver${loadsEnv ? '' : ', and .env'}`,
    commands: tooOld.length === 0 ? [] : [`${addCommand(project.manager)} -D ${tooOld.join('@28 ')}@28`],
    lines: changedBy((command) => withFlagsOfJest(command, jest, loadsEnv), Object.entries(scripts)),
  };
  const steps = running.lines.length + tooOld.length === 0 ? [] : [running];
  if (project.language === 'typescript' || JEST_COMPILERS.some(has) || hasBabel(packages)) return steps;
  const isWithBabel = has('@babel/preset-env');
  return [
    {
      what: 'Let Jest compile the sessions, which are TypeScript',
      commands: [
        `${addCommand(project.manager)} -D ${isWithBabel ? presetFor(packages) : '@swc/jest @swc/core'}`,
      ],
      lines: isWithBabel
        ? [`"presets": [..., "${BABEL_PRESET}"]`]
        : [
            String.raw`"transform": { "\\.[jt]s$": "@swc/jest" }`,
            ...(project.modules === 'esm' ? ['"extensionsToTreatAsEsm": [".ts"]'] : []),
          ],
    },
    ...steps,
  ];
}

/** These runners wait for the client of the sessions. Vitest does not. */
const WAITING = /\b(?:mocha|ava|jest)\b|--test\b/;

export function closingOf(
  { connection: { style }, dir }: Settings,
  { scripts }: Pick<Project, 'scripts'>,
): Step[] {
  const isWaiting = (command: string) => WAITING.test(command) && !/-exit|-forceExit/.test(command);
  if (isOpenedByApp(style) || !Object.values(scripts).some(isWaiting)) return [];
  return [
    byHand(`Call closeConnections() of ${dir}/index.ts after the tests of the app, or they will not end`),
  ];
}

/** Those that the script lacks. An existing call by `node` keeps its flags. */
function withFlagsOfJest(command: string, jest: string, loadsEnv: boolean): string {
  const flags = [
    ...(loadsEnv || commandLoadsEnv(command) ? [] : ['--env-file=.env']),
    ...(command.includes(FOR_IMPORTS) ? [] : [FOR_IMPORTS]),
  ];
  if (flags.length === 0) return command;
  return command.replace(runsOf(JEST), (run) =>
    ['node', ...flags, ...(run === 'node' ? [] : [jest])].join(' '),
  );
}

const FOR_IMPORTS = '--experimental-vm-modules';
const JEST = String.raw`node(?= (?:-\S+ )*\S*/jest(?:\.js)?${END})|(?:(?:npx|yarn|pnpm|npm exec)(?: exec| run)? (?:-\S+ )*)?(?:\S*\.bin/)?jest`;
