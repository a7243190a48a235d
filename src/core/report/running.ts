import type { Settings } from '../answers/settings.ts';
import type { KoaSource } from '../project/koa-app.ts';

/** How a JavaScript app is started that takes in the TypeScript of its sessions; undefined where that is as before. */
export function runningOf(
  { project }: Settings,
  sources: readonly KoaSource[],
  scripts: Readonly<Record<string, string>>,
): { readonly what: string; readonly commands: readonly string[] } | undefined {
  if (project.language === 'typescript' || project.manager === 'bun') return undefined;
  if (Object.values(scripts).some((script) => /--import[ =]tsx|\btsx (?!scripts\/migrate)/.test(script)))
    return undefined;
  const main = sources.find(({ app }) => app !== undefined)?.path ?? '…';
  return {
    what:
      project.modules === 'commonjs'
        ? 'Start the app with tsx: the sessions are TypeScript, which Node does not run under "type": "commonjs"'
        : 'With a Node older than 22.18, start the app with tsx: the sessions are TypeScript',
    commands: [`node --import tsx ${main}`],
  };
}
