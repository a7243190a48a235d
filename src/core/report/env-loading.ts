import type { Settings } from '../answers/settings.ts';

/** Programs that take Node's own options, or hand them on to it. */
const RUNNER = /(^|&&\s*|\s)(node|tsx(?:\s+watch)?|nodemon)(?=\s)/;

/** Here, nodemon takes an option before the file as its own, and the program that it starts never sees it. */
const NODEMON_OF_OTHERS = /\bnodemon\b.*\s(?:--exec|-x)\b/;

/**
 * How to load .env in the scripts that start the app: one line each. Empty if they load it already, or if the program
 * that runs them does.
 */
export function envLoading(
  { project, app }: Pick<Settings, 'project' | 'app'>,
  scripts: Readonly<Record<string, string>>,
  packages: Readonly<Record<string, string>>,
): readonly string[] {
  if (app || project.manager === 'bun') return [];
  const started = ['start', 'dev'].flatMap((name) =>
    scripts[name] === undefined ? [] : [[name, scripts[name]] as const],
  );
  if (started.some(([, command]) => /--env-file|dotenv|env-cmd|dotenvx/.test(command))) return [];
  if (Object.hasOwn(packages, 'dotenv')) return ['dotenv is installed: load it before the app is created'];
  const changed = started.filter(([, command]) => RUNNER.test(command) && !NODEMON_OF_OTHERS.test(command));
  if (changed.length === 0) return ['node --env-file=.env …'];
  return changed.map(
    ([name, command]) => `"${name}": ${JSON.stringify(command.replace(RUNNER, '$1$2 --env-file=.env'))}`,
  );
}
