import { dirname } from 'node:path';
import { escaped } from '../../core/project/code.ts';
import { plainObject } from '../../core/project/json.ts';
import { readTextIfAny, statIfThere, within } from '../files.ts';
import { pathIn } from '../locate.ts';
import { packageJsonIn } from './package-json.ts';

/** Patterns of folders, such as `packages/*`. */
interface Workspace {
  readonly included: readonly string[];
  /** Without the `!`. */
  readonly excluded: readonly string[];
}

/** The top of the workspace of which a folder is a package, or would be; absolute. */
export function workspaceAround(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if (statIfThere(within(at, '.git'))) return undefined;
    const top = dirname(at);
    if (isPackageOf(workspaceIn(top), pathIn(top, folder))) return top;
  }
  return undefined;
}

export const isPackageOf = ({ included, excluded }: Workspace, folder: string): boolean =>
  isNamed(included, folder) && !isNamed(excluded, folder);

export const isNamed = (patterns: readonly string[], folder: string): boolean =>
  patterns.some((pattern) => isNamedBy(pattern, folder));

/** Whether a pattern such as `packages/*` or `{apps,packages}/*` names a folder. */
function isNamedBy(pattern: string, folder: string): boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '');
  const parts = plain.split(/(\*\*|\*|\{[^{}]*\})/).map((part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    const choices = /^\{(.*)\}$/.exec(part)?.[1]?.split(',');
    return choices ? `(?:${choices.map(escaped).join('|')})` : escaped(part);
  });
  return new RegExp(`^${parts.join('')}$`).test(folder);
}

/** From package.json (npm, Yarn, Bun) and pnpm-workspace.yaml: only simple patterns. */
export function workspaceIn(folder: string): Workspace {
  const { workspaces } = packageJsonIn(folder);
  const named = Array.isArray(workspaces) ? workspaces : plainObject(workspaces)?.packages;
  const all = [...(Array.isArray(named) ? named : []), ...pnpmPatterns(folder)];
  const patterns = all.filter((pattern) => typeof pattern === 'string');
  return {
    included: patterns.filter((pattern) => !pattern.startsWith('!')),
    excluded: patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)),
  };
}

/** The items of `packages:`, a list on separate lines or in brackets. */
function pnpmPatterns(folder: string): string[] {
  const text = readTextIfAny(within(folder, 'pnpm-workspace.yaml'));
  if (text === undefined) return [];
  const list = /^packages:[ \t]*\r?\n((?:[ \t]*(?:-.*|#.*)?\r?\n)*)/m.exec(`${text}\n`)?.[1] ?? '';
  const inBrackets = /^packages:[ \t]*\[([^\]]*)\]/m.exec(text)?.[1] ?? '';
  if (inBrackets !== '')
    return inBrackets.split(',').map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2'));
  return [...list.matchAll(/^[ \t]*-[ \t]*(['"]?)(.+?)\1[ \t]*(?:#.*)?$/gm)].map(
    ([, , pattern = '']) => pattern,
  );
}
