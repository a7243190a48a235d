import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import MagicString from 'magic-string';
import type { Plugin } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { type Node, nodesIn } from './syntax-tree.ts';

/** File of the bundle → for each function in it, in their order, whether a first run calls it. */
type Calls = ReadonlyMap<string, readonly boolean[]>;

/** Writes a new project with the bundle in `dir`, and reads from V8's coverage which functions that called. */
export async function callsOfFirstRun(dir: string): Promise<Calls> {
  const temporary = await mkdtemp(join(tmpdir(), 'first-run-'));
  try {
    const coverage = join(temporary, 'coverage');
    const flags = ['--connection', 'url', '--yes', '--no-install'];
    await promisify(execFile)(process.execPath, [join(dir, 'cli.cjs'), join(temporary, 'app'), ...flags], {
      env: environment(coverage),
    });
    const [report = ''] = await readdir(coverage);
    const { result }: Coverage = JSON.parse(await readFile(join(coverage, report), 'utf8'));
    const ofBundle = result.filter(({ url }) => url.includes(`/${basename(dir)}/`));
    if (ofBundle.length === 0) throw new Error('V8 reported no function of the bundle');
    return new Map(
      ofBundle.map(({ url, functions }) => [basename(url), calledIn(fileURLToPath(url), functions)]),
    );
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/** The program reads flags that npm swallowed from these variables. */
const environment = (coverage: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  NODE_V8_COVERAGE: coverage,
});

function calledIn(file: string, functions: CoveredFile['functions']): boolean[] {
  const called = functions.flatMap(({ ranges: [whole] }) => (whole.count > 0 ? whole.startOffset : []));
  const starts = new Set(called);
  return functionsOf(readFileSync(file, 'utf8')).map(({ start }) => starts.has(start));
}

/**
 * Puts the functions that a first run calls into parentheses. V8 compiles such a function together with the code around
 * it. Any other one it reads twice: first only to find its end, and again at its first call, each time with an effort
 * of its own. Arrow functions become ordinary ones where they can, since V8 only looks for the word `function`.
 */
export function eagerFunctions(calls: Calls) {
  return {
    name: 'eager-functions',
    renderChunk(code, { fileName }) {
      const called = calls.get(fileName);
      if (!called) return null;
      const functions = functionsOf(code);
      if (functions.length !== called.length)
        throw new Error(`${fileName} is no longer what the first run called`);
      const edited = new MagicString(code);
      for (const [index, each] of functions.entries()) {
        if (!called[index]) continue;
        if (each.type === 'FunctionDeclaration') declareAsConstant(each, code, edited);
        else makeOrdinary(each, code, edited);
      }
      return { code: edited.toString(), map: edited.generateMap({ hires: true }) };
    },
  } satisfies Plugin;
}

/**
 * `function name() {}` → `const name = (function () {});`. If code outside of functions called it further above, no run
 * would start any more.
 */
function declareAsConstant({ start, end, id }: FunctionNode, code: string, edited: MagicString): void {
  if (!id) return;
  const keyword = code.slice(start, id.start);
  edited.overwrite(start, id.end, `const ${id.name} = (${keyword}`);
  edited.appendRight(end, ');');
}

/** `(a) => b` → `(function (a) { return (b); })`, unless it uses what only an arrow function has from outside. */
function makeOrdinary(arrow: FunctionNode, code: string, edited: MagicString): void {
  const { start, end, body, params } = arrow;
  if (usesOuter(arrow)) return;
  const head = arrow.async ? start + 'async'.length : start;
  edited.appendLeft(start, '(');
  edited.appendLeft(head, ' function ');
  const sign = code.indexOf('=>', params.at(-1)?.end ?? head);
  const [open, close] = body.type === 'BlockStatement' ? ['', ')'] : ['{ return (', '); })'];
  edited.overwrite(sign, sign + 2, open);
  edited.appendRight(end, close);
}

function usesOuter(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const { type, name } = part as Node & { readonly name?: string };
  if (type === 'ThisExpression' || type === 'Super' || type === 'MetaProperty') return true;
  if (type === 'Identifier' && name === 'arguments') return true;
  if (type === 'FunctionDeclaration' || type === 'FunctionExpression') return false;
  return Object.values(part).some(usesOuter);
}

/** The functions that can be put into parentheses: those that are declared outside of others, and arrow functions. */
function functionsOf(code: string): FunctionNode[] {
  const { body } = parseAst(code);
  const declared = body.filter(({ type }) => type === 'FunctionDeclaration');
  const arrows = [...nodesIn(body)].filter(({ type }) => type === 'ArrowFunctionExpression');
  return [...declared, ...arrows] as FunctionNode[];
}

interface FunctionNode extends Node {
  readonly id?: (Node & { readonly name: string }) | null;
  readonly async: boolean;
  readonly params: readonly Node[];
  readonly body: Node;
}

export interface Coverage {
  readonly result: readonly CoveredFile[];
}

interface CoveredFile {
  readonly url: string;
  readonly functions: readonly {
    /** Of these, only the first one is read here: the whole function. */
    readonly ranges: readonly [{ readonly startOffset: number; readonly count: number }];
  }[];
}
