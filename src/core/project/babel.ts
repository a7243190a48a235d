import type { Packages } from '../answers/project-facts.ts';
import { withFlags } from './programs.ts';
import { isBelow } from './ranges.ts';

/** It compiles only JavaScript, unless it is called with other extensions. */
export const REGISTER = '@babel/register';

/** Whether JavaScript is compiled by Babel before it runs. */
export const hasBabel = (packages: Packages): boolean =>
  Object.keys(packages).some((name) => /^@babel\/(?:cli|node|register)$/.test(name));

export const BABEL_PRESET = '@babel/preset-typescript';

/** As it is installed: its major is that of Babel. */
export const presetFor = (packages: Packages): string =>
  `${BABEL_PRESET}${isBelow(packages['@babel/core'] ?? '', 8) ? '@7' : ''}`;

/** A command that also compiles TypeScript. */
export const withTypeScript = (command: string): string =>
  /--extensions|\s-x\s/.test(command)
    ? command
    : withFlags(command, 'babel(?:-node)?', '--extensions .js,.ts');
