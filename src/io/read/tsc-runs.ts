import { resolve } from 'node:path';
import { fileOf } from './tsconfig.ts';

/** A command of a script that runs `tsc`. */
export interface TscRun {
  /** Whether it emits JavaScript, as far as its flags say. */
  readonly emits: boolean;
  /** The paths of those that it names, as in `tsc -p tsconfig.build.json`, otherwise of tsconfig.json. */
  readonly configs: readonly string[];
}

/** Also those of tsc-watch; not of tsc-alias, which changes what was emitted. */
const TSC = /\btsc(?:-watch)?(?![\w./-])((?:(?!\btsc(?![\w./-]))[^&|;])*)/g;
const PROJECTS = /\s(?:-p|--project|-b|--build)(?:\s+-\S+)*((?:\s+[^\s-]\S*)*)/i;

export function runsOfTsc(root: string, scripts: readonly string[]): readonly TscRun[] {
  return scripts.flatMap((script) =>
    [...script.matchAll(TSC)].map(({ 1: args = '', index }) => {
      const folders = foldersBefore(script, index);
      const named = PROJECTS.exec(args)?.[1]?.match(/[\w./@-]+/g) ?? ['.'];
      return {
        emits: !/\s--(?:noEmit|emitDeclarationOnly)\b(?!\s+false)/i.test(args),
        configs: named.map((each) => fileOf(resolve(root, ...folders, each))),
      };
    }),
  );
}

const CD = /(?:^|[;&(])\s*cd\s+(['"]?)([\w./@-]+)\1\s*&&/g;

/** The folders to which a script changes before a command in it. */
export const foldersBefore = (script: string, index: number): string[] =>
  [...script.slice(0, index).matchAll(CD)].map(([, , folder = '']) => folder);
