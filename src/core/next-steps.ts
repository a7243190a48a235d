import { shellQuote } from './literal.ts';
import type { PackageManager } from './options.ts';
import { EXTENSIONS, SOURCES } from './render.ts';
import type { Settings } from './settings.ts';

/** What is left to the user after a run. */
export interface NextSteps {
  /** To be run in a shell, in this order. */
  readonly commands: readonly string[];
  /** Names in `.env` that only the user can give a value. */
  readonly toFillIn: readonly string[];
  /** The lines that mount sessions in an app of the user's own, for a file in `mountIn`. */
  readonly mount: readonly string[];
  readonly mountIn: string;
  /** Repeats the run. */
  readonly repeat: string;
}

interface Run {
  /** As it was given. */
  readonly directory: string;
  readonly manager: PackageManager;
  readonly isInstalled: boolean;
  readonly repeat: string;
}

export function nextSteps(settings: Settings, { directory, manager, isInstalled, repeat }: Run): NextSteps {
  const { app, dir, importExtension, connection } = settings;
  const segments = dir.split('/');
  const mountIn = segments.length > 1 ? `${segments[0]}/` : 'the project';
  const from = `./${[...segments.slice(segments.length > 1 ? 1 : 0), 'index'].join('/')}${EXTENSIONS[importExtension]}`;
  const source = SOURCES[connection.style];
  return {
    commands: [
      ...(directory === '.' ? [] : [`cd ${shellQuote(directory)}`]),
      ...(isInstalled ? [] : [`${manager} install`]),
      `${manager} run migrate:sessions`,
      ...(app ? [`${manager} run dev`] : []),
    ],
    toFillIn: connection.style === 'host' && connection.login ? ['MONGODB_PASSWORD'] : [],
    mount: app
      ? []
      : [`import { sessions } from '${from}';`, `sessions(app${source ? `, ${source.name}` : ''});`],
    mountIn,
    repeat,
  };
}

export function nextStepsText({ commands, toFillIn, mount, mountIn, repeat }: NextSteps): string {
  const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  return [
    '',
    toFillIn.length === 0 ? 'Next:' : `Set ${toFillIn.join(', ')} in .env, then:`,
    ...indent(commands),
    ...(mount.length === 0
      ? []
      : ['', `In the file of ${mountIn} that makes the Koa app:`, ...indent(mount)]),
    '',
    'To repeat this run:',
    ...indent([repeat]),
    '',
  ].join('\n');
}
