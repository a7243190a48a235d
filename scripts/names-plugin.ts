import type { Plugin } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

/** How esbuild declares the function that gives functions their names back: `r=(e,t)=>x(e,"name",{…})`. */
const HELPER = /\b([\w$]+)=\((\w+),(\w+)\)=>[\w$]+\(\2,"name",\{value:\3,configurable:!0\}\)/;

/** Names of functions that a package was built with, which only stacks show: without them, its code is smaller. */
export function withoutKeptNames() {
  return {
    name: 'without-kept-names',
    transform(code, id) {
      const helper = id.includes('node_modules') ? HELPER.exec(code)?.[1] : undefined;
      if (helper === undefined) return null;
      const kept = code.split('');
      const blank = (from: number, to: number) => kept.fill(' ', from, to);
      for (const {
        start,
        callee,
        arguments: [named, name],
      } of callsIn(parseAst(code), helper)) {
        if (named === undefined || name?.type !== 'Literal') continue;
        blank(start, callee.end);
        blank(named.end, name.end);
      }
      // Nothing moves, so that the source map stays right.
      return { code: kept.join(''), map: null };
    },
  } satisfies Plugin;
}

/** What jsonc-parser declares: `e[e.lineFeed = 10] = "lineFeed"`, and so on. */
const CHARACTERS = /(\w+)\[\1(?:\.lineFeed|\["lineFeed"\])\s*=\s*10\][^{}]*/;

/** A table of the names of characters that nothing uses. */
export function withoutCharacterNames() {
  return {
    name: 'without-character-names',
    transform(code) {
      if (!CHARACTERS.test(code)) return null;
      // Nothing moves, so that the source map stays right.
      return { code: code.replace(CHARACTERS, (table) => table.replace(/\S/g, ' ')), map: null };
    },
  } satisfies Plugin;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

interface Call extends Node {
  readonly callee: Node & { readonly name?: string };
  readonly arguments: readonly Node[];
}

function callsIn(tree: unknown, name: string): Call[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const within = Object.values(tree).flatMap((part) => callsIn(part, name));
  const call = tree as Call;
  return call.type === 'CallExpression' && call.callee.name === name ? [call, ...within] : within;
}
