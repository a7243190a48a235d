/** The build of a tsconfig. All paths are relative to the project, with `/`. */
export interface Build {
  readonly rootDir: string | undefined;
  /** The output folder; undefined if no JavaScript is written. */
  readonly outDir: string | undefined;
  /** Excluded paths. */
  readonly exclude: readonly string[];
}

/**
 * Warns if new files affect a build that includes them, with the line that excludes them.
 *
 * @param before the sources that the build already includes
 * @param added the new ones
 * @param name of the tsconfig
 */
export function buildDoubts(
  { rootDir, outDir, exclude }: Build,
  before: readonly string[],
  added: readonly string[],
  name: string,
): readonly string[] {
  const sources = rootDir ?? commonFolder(before);
  const outside = added.filter((path) => !isWithin(sources, path));
  if (outside.length === 0) return [];
  const folders = [...new Set(outside.map((path) => path.split('/', 1).join()))];
  const what = `${name} includes ${folders.map((folder) => `${folder}/`).join(' and ')}`;
  const line = `"exclude": ${JSON.stringify([...exclude, ...folders]).replaceAll('","', '", "')}`;
  if (rootDir !== undefined)
    return [`${what}, outside of its rootDir: tsc refuses to build. Add ${line} there.`];
  if (outDir === undefined) return [];
  return [
    `${what}: tsc would write to ${outDir}/${sources} instead of ${outDir}, from which the app is started. Add ${line} there.`,
  ];
}

/** The root of the sources for tsc, if there is no rootDir. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1));
  const differs = first.findIndex((segment, at) => others.some((other) => other[at] !== segment));
  return first.slice(0, differs === -1 ? first.length : differs).join('/');
}

const isWithin = (folder: string, path: string): boolean =>
  folder === '' || folder.startsWith('..') || path.startsWith(`${folder}/`);

/** Whether a CommonJS module can be imported by default, and whether the compiled code then works. */
export interface Interop {
  /** `esModuleInterop`, or its default, which is `true` from TypeScript 6 on. */
  readonly emitted: boolean;
  /** `allowSyntheticDefaultImports`, which does not change the output. */
  readonly typed: boolean;
}

/** The options that affect how the session files are compiled. */
export interface SessionBuild {
  /** Of the tsconfig. */
  readonly name: string;
  readonly rootDir: string | undefined;
  /** In lower case; empty where it is not said. */
  readonly module: string;
  /** In lower case; empty where it is not said. */
  readonly moduleResolution: string;
  readonly verbatim: boolean;
  readonly interop: Interop;
  /** Whether it compiles to ES5, or to ES3. */
  readonly isEs5: boolean;
  /** Whether tsc writes JavaScript. */
  readonly emits: boolean;
  /** Whether tsc allows imports that end with `.ts`. */
  readonly takesTs: boolean;
  /** Whether the imports of the session files do. */
  readonly endsInTs: boolean;
  readonly isolatedDeclarations: boolean;
  /** Whether tsc refuses files that it does not name, and it names none of the session files. */
  readonly isUnlisted: boolean;
}

/** Problems that prevent the session files from being compiled, with their fix. */
export function sessionDoubts(
  build: SessionBuild,
  dir: string,
  modules: 'esm' | 'commonjs' | 'unspecified',
): readonly string[] {
  const { name, rootDir, module, verbatim, isolatedDeclarations, isUnlisted } = build;
  const isOutside = rootDir !== undefined && !isWithin(rootDir, `${dir}/index.ts`);
  const isCommonJs = module === 'commonjs' || (module.startsWith('node') && modules !== 'esm');
  const doubts: readonly (readonly [boolean, string])[] = [
    [
      isOutside,
      `${dir} is outside of the rootDir of ${name}: tsc refuses to build. Give --dir ${rootDir}/session.`,
    ],
    [
      lacksInterop(build, isCommonJs),
      `${name} has no "esModuleInterop": true, without which the default imports of the session files do not work. Add it there, and turn imports such as \`import * as Koa from 'koa'\` into \`import Koa from 'koa'\`.`,
    ],
    [
      build.isEs5,
      `${name} compiles to ES5, for which tsc refuses private fields, as in the session files. Set "target": "es2021"${isCommonJs ? ' and "module": "commonjs"' : ''} there.`,
    ],
    [
      isCommonJs && verbatim,
      `${name} has "verbatimModuleSyntax", with which tsc refuses the imports of the session files in CommonJS. Remove it there${module === 'commonjs' ? '' : ', or set "type": "module" in package.json'}.`,
    ],
    [
      build.endsInTs && !build.takesTs,
      `${name} has no "${build.emits ? 'rewriteRelativeImportExtensions' : 'allowImportingTsExtensions'}": true, without which tsc refuses imports that end with .ts, as those of the session files do. Add it there.`,
    ],
    [
      isolatedDeclarations,
      `${name} has "isolatedDeclarations", with which tsc requires types that the session files leave to inference. Remove it there.`,
    ],
    [
      isUnlisted,
      `${name} has "composite", with which tsc refuses files that it does not list. Add ${dir} to its "include".`,
    ],
  ];
  return doubts.flatMap(([isThere, text]) => (isThere ? [text] : []));
}

/** Where tsup is given a whole folder: in a script, or in its configuration. */
const TSUP = /\btsup (?:\.\/)?([\w-]+)\/?(?= (?!\W?!)|$)/;
const TSUP_ENTRY = /\bentry\w*\W+(?:[^\]]*,\s*)?(['"])(?:\.\/)?([\w-]+)\/?(?:\*\*(?:\/\*)?)?\1/;

/** tsup stops at a file that it cannot compile, such as the guide in the session folder. */
export function tsupDoubts(scripts: readonly string[], config: string, dir: string): readonly string[] {
  const entry = config.includes('.md') ? undefined : TSUP_ENTRY.exec(config)?.[2];
  const folders = [entry, ...scripts.map((script) => TSUP.exec(script)?.[1])];
  const folder = folders.find((each) => dir.startsWith(`${each}/`));
  return folder === undefined
    ? []
    : [
        `tsup is given all files in ${folder}, and would stop at ${dir}/README.md. Give it "!**/*.md" as well.`,
      ];
}

/** In an ES module with the older resolution, only the types are a problem. */
function lacksInterop({ module, moduleResolution, interop }: SessionBuild, isCommonJs: boolean): boolean {
  if (isCommonJs) return !interop.emitted;
  return /^es/.test(module) && /^node(?:10)?$/.test(moduleResolution) && !interop.emitted && !interop.typed;
}
