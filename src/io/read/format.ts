import { dirname, join, relative } from 'node:path';
import { plainObject } from '../../core/project/json.ts';
import { formattedKey } from '../../core/project/working-tree.ts';
import { foldersFrom, nearestFolder, statIfThere, within } from '../files.ts';
import { packageJsonIn } from './package-json.ts';

/** A text, with a path relative to the project that determines its language. */
export interface Unformatted {
  readonly path: string;
  readonly text: string;
}

/** In the order of the texts; undefined for one that the formatter does not handle. */
type Formatter = (files: readonly Unformatted[]) => Promise<readonly (string | undefined)[]>;

/** For one file with Biome, for all of them with Prettier. */
const FORMATTER_TIMEOUT_MS = 20_000;
/** Concurrent processes of Biome. */
const WORKERS = 4;

/**
 * Each text as the project's own formatter writes it, with its line endings, by `formattedKey`. Empty if the project
 * has neither Biome nor Prettier installed. A text that the formatter rejects is not changed.
 */
export async function formatAll(
  root: string,
  files: readonly Unformatted[],
): Promise<ReadonlyMap<string, string>> {
  const formatter = findFormatter(root);
  if (!formatter) return new Map();
  const distinct = [...new Map(files.map((file) => [formattedKey(file.path, file.text), file]))];
  const formatted = await formatter(distinct.map(([, file]) => file));
  return new Map(distinct.map(([key, { text }], index) => [key, formatted[index] ?? text]));
}

function findFormatter(root: string): Formatter | undefined {
  const named = dependencyNames(root);
  const find = (name: string, file: string) => (named.has(name) ? resolveFrom(root, file) : undefined);
  const biome = find('@biomejs/biome', '@biomejs/biome/package.json');
  const isBiomeUnused = () => hasSettings(root, PRETTIER_FILES) && !hasSettings(root, BIOME_FILES);
  if (biome !== undefined && !isBiomeUnused())
    return (files) => formatWithBiome(root, join(dirname(biome), 'bin', 'biome'), files);
  const prettier = find('prettier', 'prettier');
  return prettier === undefined ? undefined : (files) => formatWithPrettier(root, prettier, files);
}

/** A formatter that package.json names, but that is not installed, as in a fresh clone. */
export function missingFormatter(root: string): string | undefined {
  const named = dependencyNames(root);
  return ['@biomejs/biome', 'prettier'].find(
    (name) => named.has(name) && resolveFrom(root, `${name}/package.json`) === undefined,
  );
}

const BIOME_FILES = ['biome.json', 'biome.jsonc', '.biome.json', '.biome.jsonc'];
const PRETTIER_FILES = [
  ...['', '.json', '.yaml', '.yml', '.json5', '.js', '.ts', '.mjs', '.mts', '.cjs', '.cts', '.toml'].map(
    (end) => `.prettierrc${end}`,
  ),
  ...['.js', '.ts', '.mjs', '.mts', '.cjs', '.cts'].map((end) => `prettier.config${end}`),
];

/** In the project or a parent folder, as a formatter looks for them. */
const hasSettings = (root: string, names: readonly string[]): boolean =>
  foldersFrom(root).some((folder) => names.some((name) => statIfThere(within(folder, name))));

/** Those of the project and of parent folders, as in a workspace. */
function dependencyNames(root: string): ReadonlySet<string> {
  const blocks = foldersFrom(root)
    .map(packageJsonIn)
    .flatMap(({ dependencies, devDependencies }) => [dependencies, devDependencies]);
  return new Set(blocks.flatMap((block) => Object.keys(plainObject(block) ?? {})));
}

function resolveFrom(root: string, file: string): string | undefined {
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    return createRequire(join(root, 'package.json')).resolve(file);
  } catch {
    return undefined;
  }
}

async function formatWithBiome(root: string, binary: string, files: readonly Unformatted[]) {
  const formatted: (string | undefined)[] = [];
  const queue = files.entries();
  const work = async () => {
    for (const [index, file] of queue)
      formatted[index] = await runBiome(root, binary, file).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return formatted;
}

async function runBiome(root: string, binary: string, file: Unformatted): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const { once } = process.getBuiltinModule('node:events');
  const { text } = process.getBuiltinModule('node:stream/consumers');
  const cwd = nearestFolder(root);
  const path = relative(cwd, join(root, file.path));
  const child = spawn(process.execPath, [binary, 'format', `--stdin-file-path=${path}`], {
    cwd,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: FORMATTER_TIMEOUT_MS,
  });
  const closed = once(child, 'close');
  child.stdin.on('error', () => {}).end(file.text);
  const [output, [code]] = await Promise.all([text(child.stdout), closed]);
  if (code !== 0) throw new Error('the formatter does not take this file');
  return output;
}

/**
 * Uses only the API that Prettier has had since version 2, which looks in the current folder for the plugins that its
 * settings name. Plain JavaScript, since the thread gets it as text.
 */
const PRETTIER_THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { root, entry, ignorePath, files } = workerData;
process.cwd = () => root;
import(entry).then(async ({ default: prettier }) => {
  for (const { index, filepath, text } of files) {
    const { ignored, inferredParser } = await prettier.getFileInfo(filepath, { ignorePath });
    if (ignored || inferredParser === null) continue;
    try {
      const config = await prettier.resolveConfig(filepath, { editorconfig: true });
      parentPort.postMessage([index, await prettier.format(text, { ...config, filepath })]);
    } catch {}
  }
});`;

/** In a separate thread, since a plugin or a setting of the user may print, hang, or end its process. */
async function formatWithPrettier(root: string, entry: string, files: readonly Unformatted[]) {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const workerData = {
    root,
    entry: pathToFileURL(entry).href,
    ignorePath: join(root, '.prettierignore'),
    files: files.map(({ path, text }, index) => ({ index, filepath: join(root, path), text })),
  };
  const thread = new Worker(PRETTIER_THREAD, {
    eval: true,
    execArgv: [],
    stdout: true,
    stderr: true,
    workerData,
  });
  const formatted: (string | undefined)[] = [];
  thread.on('message', ([index, output]: [number, unknown]) => {
    if (typeof output === 'string') formatted[index] = output;
  });
  thread.stdout.resume();
  thread.stderr.resume();
  const ended = new Promise((resolve) => thread.once('exit', resolve).on('error', resolve));
  const timer = setTimeout(() => void thread.terminate(), FORMATTER_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
  return formatted;
}
