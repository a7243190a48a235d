import { linesAbove, withoutComments, withoutLiterals } from './code.ts';
import { commandLoadsEnv, envLoadsIn } from './env-loaders.ts';
import { importsIn, isRelative, moduleOf, type Resolve, relativeModule, withoutEnding } from './imports.ts';
import type { KoaApp } from './koa-app.ts';
import { add } from './lists.ts';

/** What a source file does when it runs, in order: it imports a module or a package, loads .env, or creates the app. */
export interface SourceSteps {
  readonly path: string;
  readonly steps: readonly ({ readonly specifier: string } | 'env' | 'app')[];
}

/**
 * An app that is created in a function or a class is no step, since that happens later.
 *
 * @param isInOrder whether imports run where they are written, as in the CommonJS that tsc writes
 */
export function stepsIn(
  path: string,
  text: string,
  app: KoaApp | undefined,
  isInOrder: boolean,
): SourceSteps {
  const code = withoutTypeImports(withoutComments(text));
  const imports = importsIn(code);
  const made = app && startOfCreation(app, withoutLiterals(text));
  const found = [
    ...imports.map((each) => ({ ...each, step: { specifier: each.specifier } })),
    ...envLoadsIn(path, code, imports).map((each) => ({ ...each, step: 'env' as const })),
    ...(made === undefined ? [] : [{ index: made, isStatic: false, step: 'app' as const }]),
  ];
  const turn = ({ isStatic }: { readonly isStatic: boolean }) => (isStatic && !isInOrder ? 0 : 1);
  return {
    path,
    steps: found
      .toSorted((one, other) => turn(one) - turn(other) || one.index - other.index)
      .map(({ step }) => step),
  };
}

/** Nothing is loaded for types. What follows keeps its place. */
const withoutTypeImports = (code: string): string =>
  code.replace(/\b(?:import|export)\s+type\s+(?!from\s)(?:{[^}]*}|[\w$*\s]+)\s*from\b/g, ({ length }) =>
    ' '.repeat(length),
  );

/** Where a file creates its app when it is loaded. */
function startOfCreation({ line, within }: KoaApp, bare: string): number | undefined {
  const above = linesAbove(bare, line);
  const isAtTop = within !== 'class' && above.split('{').length === above.split('}').length;
  return isAtTop ? above.length : undefined;
}

/** What runs when the app is started. */
export interface RunningApp {
  /** The file that creates the app. */
  readonly app: string;
  readonly files: ReadonlySet<string>;
  /** Whether .env is loaded before the app is created, also where a test imports the app. */
  readonly loadsEnv: boolean;
  readonly startedBy: StartedBy;
}

export interface StartedBy {
  /** The names of all scripts that run the app from its sources. */
  readonly scripts: readonly string[];
  /** Whether a script that starts it runs what a build wrote. */
  readonly isCompiled: boolean;
  /** The file that starts it, if one is named or can be told from the imports, otherwise the file that creates it. */
  readonly main?: string;
}

/** A script, or the "main" of package.json. */
export interface Command {
  readonly name: string;
  readonly command: string;
  /** Whether it starts the app, by its name. */
  readonly isStart: boolean;
}

export const isStartedWithEnv = (commands: readonly Command[]): boolean =>
  commands.some(({ isStart, command }) => isStart && commandLoadsEnv(command));

/**
 * @param apps the files that create an app: the first one counts if none of them is started
 * @param commands in the order in which they count
 * @param tests what may import the app without the file that starts it
 */
export function runningApp(
  sources: readonly SourceSteps[],
  apps: readonly string[],
  commands: readonly Command[],
  resolve: Resolve,
  tests: readonly SourceSteps[],
): RunningApp | undefined {
  const steps = stepsByFile([...sources, ...tests], resolve);
  const next = new Map<string, string[]>();
  const back = new Map<string, string[]>();
  const testPaths = new Set(tests.map(({ path }) => path));
  for (const [path, taken] of steps) {
    for (const to of taken.flatMap((step) => (typeof step === 'string' ? [] : step))) {
      add(next, path, to);
      if (!testPaths.has(path)) add(back, to, path);
    }
  }
  const starts = commands.filter(({ isStart }) => isStart);
  const named = starts.map(({ command }) => filesNamedIn(command, sources));
  const app = named.flatMap((paths) => reach(paths, next)).find((path) => apps.includes(path)) ?? apps[0];
  if (app === undefined) return undefined;
  const above = reach([app], back);
  const isAbove = (path: string) => above.includes(path);
  // Together with what the same command loads before.
  const started = named.filter((paths) => paths.some(isAbove)).flat();
  const first = started.length > 0 ? started : [...above, ...named.flat()];
  const [top = app, ...others] = above.filter((path) => !back.has(path));
  const runsSources = ({ command }: Command) => namedExactly(command, sources).some(isAbove);
  return {
    app,
    files: new Set(reach(first, next)),
    loadsEnv:
      (isStartedWithEnv(commands) || first.some((path) => loadsFirst(path, app, steps))) &&
      [...testPaths].every((path) => !reach([path], next).includes(app) || loadsFirst(path, app, steps)),
    startedBy: {
      scripts: commands.filter(runsSources).map(({ name }) => name),
      isCompiled: starts.some((each, at) =>
        named[at]?.length === 0 ? BUNDLE.test(each.command) : named[at]?.some(isAbove) && !runsSources(each),
      ),
      main: started.find(isAbove) ?? (others.length > 0 ? app : top),
    },
  };
}

/** A file in a folder, such as `dist/bundle.js`. */
const BUNDLE = /\w\/\S+\.[cm]?js\b/;

/** An import has become the files that it may lead to. */
type Taken = 'env' | 'app' | readonly string[];
type Steps = ReadonlyMap<string, readonly Taken[]>;

/** With the files in which each import may result. */
function stepsByFile(sources: readonly SourceSteps[], resolve: Resolve): Steps {
  const files = new Map<string, string[]>();
  for (const { path } of sources) {
    const module = `/${moduleOf(path)}`.split('/');
    module.forEach((_, at) => {
      add(files, module.slice(at).join('/'), path);
    });
  }
  const filesBy = (path: string, specifier: string) =>
    (isRelative(specifier) ? [`/${relativeModule(path, specifier)}`] : resolve(specifier)).flatMap(
      (target) => files.get(target) ?? [],
    );
  return new Map(
    sources.map(({ path, steps }) => [
      path,
      steps.map((step) => (typeof step === 'string' ? step : filesBy(path, step.specifier))),
    ]),
  );
}

/** These and all files that they lead to, the nearest first. */
function reach(from: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set(from);
  for (const path of found) for (const to of edges.get(path) ?? []) found.add(to);
  return [...found];
}

/** Whether .env is loaded before the app is created when a file runs. Other apps may be created before. */
function loadsFirst(path: string, app: string, steps: Steps): boolean {
  const seen = new Set<string>();
  const waiting: Taken[] = [[path]];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (typeof step === 'string') return step === 'env';
    const next = step.filter((file) => !seen.has(file));
    for (const file of next) seen.add(file);
    const further = next.flatMap(
      (file) => steps.get(file)?.filter((each) => each !== 'app' || file === app) ?? [],
    );
    waiting.push(...further.reverse());
  }
  return false;
}

/** The sources of the files that a command names, which may be compiled: `dist/server.js` is `src/server.ts`. */
function filesNamedIn(command: string, sources: readonly SourceSteps[]): string[] {
  return shellWords(command).flatMap((named) => {
    const exact = namedExactly(named, sources);
    const isInFolder = /\/|^dist$/.test(named);
    const compiled = ({ path }: SourceSteps) =>
      [path, below(path)].some((each) => namesOf(named).map(below).includes(withoutEnding(each)));
    if (exact.length > 0 || !isInFolder) return exact;
    return sources.filter(compiled).map(({ path }) => path);
  });
}

/** The sources that a command names as they are, in its order. */
function namedExactly(command: string, sources: readonly SourceSteps[]): string[] {
  const paths = sources.map(({ path }) => path);
  return shellWords(command).flatMap((word) =>
    paths.filter((path) => namesOf(word).includes(withoutEnding(path))),
  );
}

const shellWords = (command: string): string[] =>
  command.split(/[\s'"`;&|()=]+/).map((word) => withoutEnding(word.replace(/^\.\/|\/$/g, '')));

const namesOf = (named: string): string[] => [named, `${named}/index`];
const below = (path: string): string => path.slice(path.indexOf('/') + 1);
