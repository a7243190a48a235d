import type { PackageManager } from '../answers/managers.ts';
import type { Packages } from '../answers/project-facts.ts';
import type { Settings } from '../answers/settings.ts';
import { isOpenedByApp } from '../answers/styles.ts';
import { wantedPackage } from '../patch/wanted-package.ts';
import { isBelow } from '../project/ranges.ts';

/** The oldest versions, major and minor, with which the generated code compiles and runs; a test uses exactly these. */
export const FLOORS: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  koa: [2, 13],
  'koa-session': [7, 0],
  keygrip: [1, 1],
  mongodb: [6, 0],
  mongoose: [8, 0],
  '@types/koa': [2, 15],
  '@types/keygrip': [1, 0],
  '@types/node': [20, 13],
  tsx: [4, 0],
  typescript: [5, 0],
};

export const addCommand = (manager: PackageManager): string =>
  `${manager} ${manager === 'npm' ? 'install' : 'add'}`;

/**
 * Problems of the generated code with the packages of the project, each with the command that fixes it. That of an old
 * version installs the next major that is new enough: a later one may not work with the rest of the project.
 */
export function packageNotes(packages: Packages, settings: Settings): string[] {
  const { manager, inherited } = settings.project;
  const { dependencies, devDependencies } = wantedPackage(settings);
  const names = new Set([...Object.keys({ ...dependencies, ...devDependencies }), ...inherited]);
  const old = [...names].flatMap((name) => {
    const range = packages[name];
    const [major = 0, minor = 0] = FLOORS[name] ?? [];
    if (range === undefined || !isBelow(range, major, minor)) return [];
    return [
      `package.json has ${name} ${range}, and the sessions need ${major}.${minor} or later: \`${addCommand(manager)} ${name}@${major}\``,
    ];
  });
  const isSecondConnection =
    !isOpenedByApp(settings.connection.style) &&
    Object.hasOwn(packages, 'mongoose') &&
    !Object.hasOwn(packages, 'mongodb');
  const second = isSecondConnection
    ? [
        'mongoose connects to MongoDB, and the sessions open a second connection: with --connection mongoose, they use that of the app.',
      ]
    : [];
  const surplus = Object.hasOwn(packages, '@types/koa-session')
    ? [
        `@types/koa-session describes an older koa-session, and hides the types of version 7: \`${manager} remove @types/koa-session\``,
      ]
    : [];
  return [...old, ...second, ...surplus];
}
