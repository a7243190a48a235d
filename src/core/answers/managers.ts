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
