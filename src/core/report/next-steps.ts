import { parseEnv } from 'node:util';
import type { PackageManager } from '../answers/managers.ts';
import type { Settings } from '../answers/settings.ts';
import { shellQuote } from '../answers/shell.ts';
import { plainText } from '../project/text.ts';
import { isServedByCompose } from '../render/compose.ts';
import { envEntries } from '../render/env-file.ts';
import { EXTENSIONS, SOURCES, withCompose } from '../render/render.ts';

/** What is left to the user after a run. */
export interface NextSteps {
  /** To be run in a shell, in this order. */
  readonly commands: readonly string[];
  /** Names in `.env` that only the user can give a value. */
  readonly toFillIn: readonly string[];
  /** The lines that mount sessions in an app of the user's own, with the import as a file in `mountIn` writes it. */
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
  /** The text of `.env` after the run. */
  readonly env: string;
}

export function nextSteps(
  settings: Settings,
  { directory, manager, isInstalled, repeat, env }: Run,
): NextSteps {
  const { app, dir, importExtension, connection } = settings;
  const segments = dir.split('/');
  const mountIn = segments.length > 1 ? `${segments[0]}/` : 'the project';
  const from = `./${[...segments.slice(segments.length > 1 ? 1 : 0), 'index'].join('/')}${EXTENSIONS[importExtension]}`;
  const source = SOURCES[connection.style];
  const values = parseEnv(plainText(env));
  const isComposed = withCompose(settings) && isServedByCompose(connection, values.MONGODB_URL);
  return {
    commands: [
      ...(directory === '.' ? [] : [`cd ${shellQuote(directory)}`]),
      ...(isComposed ? ['docker compose up -d'] : []),
      ...(isInstalled ? [] : [`${manager} install`]),
      `${manager} run migrate:sessions`,
      ...(app ? [`${manager} run dev`] : []),
    ],
    toFillIn: envEntries(settings)
      .map(({ name }) => name)
      .filter((name) => !values[name]),
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
      : [
          '',
          `Where the Koa app is made, with .env loaded (the import as seen from ${mountIn}):`,
          ...indent(mount),
        ]),
    '',
    'To repeat this run:',
    ...indent([repeat]),
    '',
  ].join('\n');
}
