export const MANAGER_NAMES = ['npm', 'pnpm', 'yarn', 'bun'] as const;
export type PackageManager = (typeof MANAGER_NAMES)[number];

const CREATE: Readonly<Record<PackageManager, string>> = {
  npm: 'npx create-koa-mongo-session@latest',
  pnpm: 'pnpm create koa-mongo-session@latest',
  // The only form that Yarn 1 and Yarn 4 have in common; it uses the newest version.
  yarn: 'yarn create koa-mongo-session',
  bun: 'bunx create-koa-mongo-session@latest',
};

/** Runs the newest version of this program; arguments are appended unchanged. */
export const createCommand = (manager: PackageManager): string => CREATE[manager];

/** Runs a package that the project does not have. Yarn 1 has no command for that; for Yarn 4, npx does it. */
export const EXECUTE: Readonly<Record<PackageManager, string>> = {
  npm: 'npx',
  pnpm: 'pnpm dlx',
  yarn: 'npx',
  bun: 'bunx',
};

/** Runs a package of the project. */
const RUN_PACKAGE: Readonly<Record<PackageManager, string>> = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn run',
  bun: 'bunx',
};

const MIGRATE = 'migrate:sessions';
/** The path of the migration script, unless the user has moved it. */
export const MIGRATION = 'scripts/migrate-sessions.ts';

/**
 * Runs the migration: by its script in package.json, unless that name is taken by one of the user's own.
 *
 * @param scripts those of package.json
 * @param path of the migration script
 */
export function migrateCommand(
  manager: PackageManager,
  scripts: Readonly<Record<string, string>>,
  path = MIGRATION,
  options = '',
): string {
  // Only by name, since it may be compiled. But the path that it was generated with may lead nowhere now.
  const isTaken = (scripts[MIGRATE] ?? path)
    .split(/[\s'"]/)
    .every((word) => sourceIn(word) !== sourceIn(path) || (word === MIGRATION && word !== path));
  const run = manager === 'bun' ? 'bun' : `${RUN_PACKAGE[manager]} tsx`;
  const separator = manager === 'npm' && !isTaken && options !== '' ? '-- ' : '';
  const command = isTaken ? `${run} ${path}` : `${manager} run ${MIGRATE}`;
  return `${command} ${separator}${options}`.trimEnd();
}

/** The name of a source file without its ending, which differs if it is compiled. */
const sourceIn = (word: string): string | undefined => /([^/\\]+)\.[cm]?[jt]s$/.exec(word)?.[1];
