import { join, resolve } from 'node:path';
import { isOrIsIn } from '../../core/project/paths.ts';
import { readTextIfAny } from '../files.ts';
import { pathIn } from '../locate.ts';
import { buildOf } from './compiler-options.ts';
import { foldersBefore, runsOfTsc } from './tsc-runs.ts';
import { configsIfIntact, tsconfigIn } from './tsconfig.ts';

/** Compiled files, and the declarations beside them. */
const WRITTEN = /\.[cm]?jsx?$|\.d\.[cm]?ts$/;

/**
 * Tells the files that a build has written: the user edits their sources.
 *
 * @param commands in package.json
 */
export function builtFiles(root: string, commands: readonly string[]): (path: string) => boolean {
  const outputs = [...outputFolders(root, commands), ...outputsNamedIn(root, commands)];
  const isOutput = (path: string) => outputs.some((each) => isOrIsIn(each)(path));
  const isIgnored = ignoredFolders(readTextIfAny(join(root, '.gitignore')) ?? '');
  return (path) => WRITTEN.test(path) && (isOutput(path) || isIgnored(path));
}

/** The folders to which tsc writes, by tsconfig.json and by those that commands name; relative to the project. */
function outputFolders(root: string, commands: readonly string[]): readonly string[] {
  const paths = [tsconfigIn(root), ...runsOfTsc(root, commands).flatMap((run) => run.configs)];
  const configs = configsIfIntact(paths);
  return configs.map((config) => buildOf(config, root).outDir).filter((folder) => folder !== undefined);
}

/** One with its arguments. */
const COMPILER =
  /(?<![\w.-])(?:tsc|tsc-watch|swc|babel|esbuild|sucrase|tsup|tsdown|rollup|webpack|ncc|bun build)\s[^&|;]*/g;
const OUTPUT =
  /\s(?:-[do]|--(?:out-?[dD]ir|out-?[fF]ile|dir|output-path))(?:\s+|=)(['"]?)([^\s'"-][^\s'"]*)\1/g;

/** The folders and files to which compilers in commands are told to write; relative to the project. */
const outputsNamedIn = (root: string, commands: readonly string[]): string[] =>
  commands.flatMap((command) =>
    [...command.matchAll(COMPILER)].flatMap(({ 0: run, index }) => {
      const folders = foldersBefore(command, index);
      return [...run.matchAll(OUTPUT)].map(([, , to = '']) => pathIn(root, resolve(root, ...folders, to)));
    }),
  );

/** Whether git ignores a folder around a file, by a pattern that is a plain name or path and has no exception. */
function ignoredFolders(gitignore: string): (path: string) => boolean {
  const lines = gitignore.split('\n').map((line) => line.trim());
  const exceptions = lines.filter((line) => line.startsWith('!')).join();
  const folders = lines
    .filter((line) => /^\/?[\w@-][\w.@/-]*$/.test(line))
    .map((line) => ({ name: line.replace(/^\/|\/$/g, ''), isAtTop: /\/./.test(line) }))
    .filter(({ name }) => !exceptions.includes(name));
  return (path) =>
    folders.some(({ name, isAtTop }) => {
      const at = `/${path}`.indexOf(`/${name}/`);
      return isAtTop ? at === 0 : at !== -1;
    });
}
