import type { Plugin } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { type Node, nodesIn } from './syntax-tree.ts';

/** How esbuild declares the function that gives functions their names back: `r=(e,t)=>x(e,"name",{…})`. */
const HELPER = /\b([\w$]+)=(?:\w+\()?\((\w+),(\w+)\)=>[\w$]+\(\2,"name",\{value:\3,configurable:!0\}\)/g;

/** Names of functions that a package was built with, which only stacks show: without them, its code is smaller. */
export function withoutKeptNames() {
  return {
    name: 'without-kept-names',
    transform(code, id) {
      // One more for a package that was bundled into it.
      const helpers = id.includes('node_modules') ? [...code.matchAll(HELPER)].map(([, name]) => name) : [];
      if (helpers.length === 0) return null;
      const kept = code.split('');
      const blank = (from: number, to: number) => kept.fill(' ', from, to);
      for (const {
        start,
        callee,
        arguments: [named, name],
      } of callsIn(parseAst(code), helpers)) {
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

interface Call extends Node {
  readonly callee: Node & { readonly name?: string };
  readonly arguments: readonly Node[];
}

function callsIn(tree: unknown, names: readonly unknown[]): Call[] {
  const calls = [...nodesIn(tree)].filter(({ type }) => type === 'CallExpression') as Call[];
  return calls.filter(({ callee }) => names.includes(callee.name));
}
