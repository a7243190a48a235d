import type { Settings } from '../answers/settings.ts';
import { BABEL_PRESET, hasBabel, withTypeScript } from '../project/babel.ts';
import { runsOf } from '../project/programs.ts';
import { startScripts } from '../project/start-scripts.ts';
import type { Project } from '../project/working-tree.ts';
import { ADD_TOOL } from './package-notes.ts';
import type { Step } from './step.ts';

/** How to start a JavaScript app that imports the TypeScript of its sessions; undefined if nothing changes. */
export function runningOf(
  { project }: Settings,
  { scripts, packages, startedBy }: Pick<Project, 'scripts' | 'packages' | 'startedBy'>,
): Step | undefined {
  if (project.language === 'typescript' || project.manager === 'bun') return undefined;
  const known = Object.entries(scripts).filter(([name]) => startedBy.scripts.includes(name));
  const isWithTsx = ([, command]: readonly [string, string]) => TSX.test(command);
  if (known.length > 0 ? known.every(isWithTsx) : startScripts(scripts).some(isWithTsx)) return undefined;
  if (hasBabel(packages)) return compiledByBabel(project, scripts, packages);
  // A build that follows imports has compiled the sessions, too.
  if (startedBy.isCompiled && known.every(([, command]) => withTsx(command) === command)) return undefined;
  const lines = known
    .filter((script) => !isWithTsx(script) && withTsx(script[1]) !== script[1])
    .map(([name, command]) => `"${name}": ${JSON.stringify(withTsx(command))}`);
  return {
    what:
      project.modules === 'commonjs'
        ? 'Start the app with tsx: the sessions are TypeScript, which Node does not run under "type": "commonjs". On a server, tsx has to be in "dependencies"'
        : 'With Node before 22.18, start the app with tsx: the sessions are TypeScript. On a server, tsx then has to be in "dependencies"',
    ...(lines.length > 0
      ? { commands: [], lines }
      : { commands: [`node --import tsx ${startedBy.main ?? '…'}`] }),
  };
}

/** Not the ending of files, as in `nodemon --ext js,tsx`. */
const TSX = /(?:--(?:import|loader|require)|-r)[ =]tsx|(?<![\w.,-]|--ext |-e )tsx\s/;

/** nodemon gives the flag to Node, unless it is told what to run. */
const withTsx = (command: string): string =>
  command.replace(runsOf(String.raw`node|nodemon(?![^&;|]*\s(?:--exec|-x)[\s=])`), '$& --import tsx');

function compiledByBabel(
  { manager }: Settings['project'],
  scripts: Project['scripts'],
  packages: Project['packages'],
): Step | undefined {
  if (Object.hasOwn(packages, BABEL_PRESET)) return undefined;
  const changed = Object.entries(scripts).flatMap(([name, command]) => {
    const next = withTypeScript(command);
    return next === command ? [] : [`"${name}": ${JSON.stringify(next)}`];
  });
  return {
    what: 'Let Babel compile the sessions, which are TypeScript, with one more preset',
    commands: [`${ADD_TOOL[manager]} ${BABEL_PRESET}`],
    lines: [`"presets": [..., "${BABEL_PRESET}"]`, ...changed],
  };
}

/** What lets Jest load TypeScript, in a project that has it. */
const JEST_COMPILERS = ['ts-jest', '@swc/jest', BABEL_PRESET];

/**
 * How Jest compiles the sessions: it loads modules by itself, and its default is Babel for JavaScript only. Undefined
 * if nothing changes, or if Babel is set up for the app anyway.
 */
export function testingOf({ project }: Settings, { packages }: Pick<Project, 'packages'>): Step | undefined {
  const has = (name: string) => Object.hasOwn(packages, name);
  if (project.language === 'typescript' || !has('jest') || JEST_COMPILERS.some(has)) return undefined;
  if (hasBabel(packages)) return undefined;
  const isWithBabel = has('@babel/preset-env');
  return {
    what: 'Let Jest compile the sessions, which are TypeScript',
    commands: [`${ADD_TOOL[project.manager]} ${isWithBabel ? BABEL_PRESET : '@swc/jest @swc/core'}`],
    lines: isWithBabel
      ? [`"presets": [..., "${BABEL_PRESET}"]`]
      : [
          String.raw`"transform": { "\\.[jt]s$": "@swc/jest" }`,
          ...(project.modules === 'esm' ? ['"extensionsToTreatAsEsm": [".ts"]'] : []),
        ],
  };
}
