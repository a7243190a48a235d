import type { Settings } from '../answers/settings.ts';
import type { KoaSource } from '../project/koa-source.ts';
import type { Project } from '../project/working-tree.ts';
import { isWithRequire } from './mounting.ts';

/**
 * The lines that load .env in the user's own app; empty if it is already loaded. They check for the file, since a
 * server has none, and there `node --env-file=.env` in a script would prevent the start of the app.
 *
 * @param source the file that creates the app
 */
export function envLoading(
  settings: Pick<Settings, 'project' | 'app'>,
  { loadsEnv }: Pick<Project, 'loadsEnv'>,
  source: KoaSource | undefined,
): readonly string[] {
  if (settings.app || loadsEnv || settings.project.manager === 'bun') return [];
  return [
    isWithRequire(settings, source)
      ? "const { existsSync } = require('node:fs');"
      : "import { existsSync } from 'node:fs';",
    "if (existsSync('.env')) process.loadEnvFile();",
  ];
}
