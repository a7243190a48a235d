import { join, resolve } from 'node:path';
import { isOrIsIn } from '../../core/project/paths.ts';
import { readTextIfAny } from '../files.ts';
import { pathIn } from '../locate.ts';
import { buildOf } from './compiler-options.ts';
import { foldersOfRepository } from './repository.ts';
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
  // One that ignores the whole project says nothing about its files.
  const ignores = foldersOfRepository(root)
    .map(ignoredFolders)
    .filter((isIgnored) => !isIgnored(join(root, 'package.json')));
  const isWritten = (path: string) =>
    isOutput(path) || ignores.some((isIgnored) => isIgnored(join(root, path)));
  return (path) => WRITTEN.test(path) && isWritten(path);
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

/**
 * Whether the .gitignore of a folder names one around a file, by a pattern that is a plain name or path and has no
 * exception.
 */
function ignoredFolders(top: string): (path: string) => boolean {
  const gitignore = readTextIfAny(join(top, '.gitignore')) ?? '';
  const lines = gitignore.split('\n').map((line) => line.trim());
  const exceptions = lines.filter((line) => line.startsWith('!')).join();
  const folders = lines
    .filter((line) => /^\/?[\w@-][\w.@/-]*$/.test(line))
    .map((line) => ({ name: line.replace(/^\/|\/$/g, ''), isAtTop: /\/./.test(line) }))
    .filter(({ name }) => !exceptions.includes(name));
  return (path) =>
    folders.some(({ name, isAtTop }) =>
      `/${pathIn(top, path)}`[isAtTop ? 'startsWith' : 'includes'](`/${name}/`),
    );
}
