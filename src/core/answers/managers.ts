export const MANAGER_NAMES = ['npm', 'pnpm', 'yarn', 'bun'] as const;
export type PackageManager = (typeof MANAGER_NAMES)[number];

const CREATE: Readonly<Record<PackageManager, string>> = {
  npm: 'npx create-koa-mongo-session@latest',
  pnpm: 'pnpm create koa-mongo-session@latest',
  // The one form that Yarn 1 and Yarn 4 share; it takes the newest by itself.
  yarn: 'yarn create koa-mongo-session',
  bun: 'bunx create-koa-mongo-session@latest',
};

/** Runs the newest version of this program; arguments follow as they are. */
export const createCommand = (manager: PackageManager): string => CREATE[manager];

/** Runs a package that the project has not; Yarn 1 has nothing for that, and Yarn 4 lets npx do it. */
export const EXECUTE: Readonly<Record<PackageManager, string>> = {
  npm: 'npx',
  pnpm: 'pnpm dlx',
  yarn: 'npx',
  bun: 'bunx',
};
