import fs, { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, '../..');

export const PROGRAM = join(ROOT, 'bin/create-koa-mongo-session.cjs');
const START = join(ROOT, 'dist/start.cjs');
const OUTPUTS = new Map([
  [1, 'stdout'],
  [2, 'stderr'],
] as const);
/** Events of the process that the program listens to. */
const EVENTS = ['SIGINT', 'SIGTERM', 'exit', 'beforeExit'];

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the built program in the process of the test, without any state of an earlier run. Starting a process takes
 * three times as long. Runs are sequential, since a process has only one current directory.
 */
export function runInProcess(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const ended = last.then(() => runAlone(args, surroundings));
  last = ended.catch(() => {});
  return ended;
}

async function runAlone(args: readonly string[], { cwd, env }: Surroundings): Promise<Ended> {
  const restore = [keepProcess(), keepListeners()];
  const { said, release } = captureOutput();
  try {
    process.chdir(cwd);
    process.argv = [process.execPath, PROGRAM, ...args];
    process.env = { ...env };
    await start();
    return { exitCode: Number(process.exitCode ?? 0), ...said };
  } finally {
    release();
    for (const each of restore) each();
  }
}

/** @returns when the program has nothing left to do */
function start(): Promise<void> {
  process.exitCode = undefined;
  const load = loader();
  load(PROGRAM);
  // The program sets this a little later, unless it only prints its version.
  const program = load(START) as { run(args: readonly string[]): Promise<void> };
  const { run } = program;
  return new Promise((resolve, reject) => {
    program.run = (args) => run(args).then(resolve, reject);
  });
}

type ModuleFunction = (
  exports: unknown,
  require: (id: string) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

/** The compiled files of the program. Compiling takes longer than a run, so each is compiled once. */
const compiled = new Map<string, ModuleFunction>();

function compile(path: string): ModuleFunction {
  const text = readFileSync(path, 'utf8').replace(/^#!.*/, '');
  const body = path.endsWith('.json') ? `module.exports = ${text}` : text;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${body}\n})`, {
    filename: path,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext();
}

/** Like the first `require` of a process: each module of the program is evaluated again. */
function loader(): (path: string) => unknown {
  const modules = new Map<string, { exports: unknown }>();
  return function load(path) {
    const known = modules.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(path, module);
    const evaluate = compiled.get(path) ?? compile(path);
    compiled.set(path, evaluate);
    const folder = dirname(path);
    const requireFrom = (id: string) => (id.startsWith('.') ? load(join(folder, id)) : require(id));
    evaluate(module.exports, requireFrom, module, path, folder);
    return module.exports;
  };
}

function keepProcess(): () => void {
  const { argv, env, exitCode } = process;
  const folder = process.cwd();
  return () => {
    process.chdir(folder);
    Object.assign(process, { argv, env, exitCode });
  };
}

function keepListeners(): () => void {
  const kept = new Set(EVENTS.flatMap((event) => process.rawListeners(event)));
  return () => {
    for (const event of EVENTS)
      for (const listener of process.rawListeners(event))
        if (!kept.has(listener)) process.off(event, listener as () => void);
  };
}

/** The program writes to stdout and stderr by file descriptor. */
function captureOutput() {
  const { writeSync } = fs;
  const said = { stdout: '', stderr: '' };
  const capture = (file: number, data: Uint8Array, ...others: []): number => {
    const output = OUTPUTS.get(file as 1 | 2);
    if (output === undefined) return writeSync(file, data, ...others);
    said[output] += Buffer.from(data).toString();
    return data.length;
  };
  Object.assign(fs, { writeSync: capture });
  return { said, release: () => Object.assign(fs, { writeSync }) };
}
