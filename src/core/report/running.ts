import type { Settings } from '../answers/settings.ts';
import { BABEL_PRESET, hasBabel, withTypeScript } from '../project/babel.ts';
import { startScripts } from '../project/start-scripts.ts';
import type { Project } from '../project/working-tree.ts';
import { ADD_TOOL } from './package-notes.ts';

interface Running {
  readonly what: string;
  readonly commands: readonly string[];
  readonly lines?: readonly string[];
}

/** How to start a JavaScript app that imports the TypeScript of its sessions; undefined if nothing changes. */
export function runningOf(
  { project }: Settings,
  { koaSources, scripts, packages }: Pick<Project, 'koaSources' | 'scripts' | 'packages'>,
): Running | undefined {
  if (project.language === 'typescript' || project.manager === 'bun') return undefined;
  if (startScripts(scripts).some(([, command]) => TSX.test(command))) return undefined;
  if (hasBabel(packages)) return compiledByBabel(project, scripts, packages);
  const main = koaSources.find(({ app }) => app !== undefined)?.path ?? '…';
  const started = startedWithTsx(scripts);
  return {
    what:
      project.modules === 'commonjs'
        ? 'Start the app with tsx: the sessions are TypeScript, which Node does not run under "type": "commonjs". On a server, tsx has to be in "dependencies"'
        : 'With Node before 22.18, start the app with tsx: the sessions are TypeScript. On a server, tsx then has to be in "dependencies"',
    ...(started.length > 0 ? { commands: [], lines: started } : { commands: [`node --import tsx ${main}`] }),
  };
}

const TSX = /--(?:import|loader|require)[ =]tsx|\btsx\s/;
/** `node src/server.js`, also with flags before the file. */
const NODE = /(?<![\w./-])(node|nodemon)(?=\s(?:[^&|;]*\s)?[^\s&|;]+\.[cm]?js(?![\w.]))/;

/** The scripts that start the app, changed. nodemon gives the flag to Node. */
const startedWithTsx = (scripts: Project['scripts']): readonly string[] =>
  startScripts(scripts)
    .filter(([, command]) => NODE.test(command))
    .map(([name, command]) => `"${name}": ${JSON.stringify(command.replace(NODE, '$1 --import tsx'))}`);

function compiledByBabel(
  { manager }: Settings['project'],
  scripts: Project['scripts'],
  packages: Project['packages'],
): Running | undefined {
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
