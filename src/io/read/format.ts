import { once } from 'node:events';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { plainObject } from '../../core/project/json.ts';
import { plainText } from '../../core/project/text.ts';
import { formattedKey } from '../../core/project/working-tree.ts';
import { nearestFolder, statIfThere } from '../files.ts';
import { packageJsonIn } from './package-json.ts';

/** A text and the path, relative to the project, that says what language it is in. */
export interface Unformatted {
  readonly path: string;
  readonly text: string;
}

type Formatter = (file: Unformatted) => Promise<string>;

const TIMEOUT_MS = 20_000;
/** Formatter processes at a time. */
const WORKERS = 4;

/**
 * What the project's own formatter, with its own settings, makes of each text: by `formattedKey`. Empty where the
 * project has neither Biome nor Prettier installed; a text that its formatter does not take is left out.
 */
export async function formatAll(
  root: string,
  files: readonly Unformatted[],
): Promise<ReadonlyMap<string, string>> {
  const formatter = findFormatter(root);
  const formatted = new Map<string, string>();
  if (!formatter) return formatted;
  const queue = [...new Map(files.map((file) => [formattedKey(file.path, file.text), file]))];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [key, file] = next;
      formatted.set(key, plainText(await formatter(file).catch(() => file.text)));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return formatted;
}

function findFormatter(root: string): Formatter | undefined {
  const named = dependencyNames(root);
  const find = (name: string, file: string) => (named.has(name) ? resolveFrom(root, file) : undefined);
  const biome = find('@biomejs/biome', '@biomejs/biome/package.json');
  const isBiomeUnused = () => hasSettings(root, PRETTIER_FILES) && !hasSettings(root, BIOME_FILES);
  if (biome !== undefined && !isBiomeUnused())
    return (file) => formatWithBiome(root, join(dirname(biome), 'bin', 'biome'), file);
  const prettier = find('prettier', 'prettier');
  return prettier === undefined ? undefined : (file) => formatWithPrettier(root, prettier, file);
}

const BIOME_FILES = ['biome.json', 'biome.jsonc', '.biome.json', '.biome.jsonc'];
const PRETTIER_FILES = [
  ...['', '.json', '.yaml', '.yml', '.json5', '.js', '.ts', '.mjs', '.mts', '.cjs', '.cts', '.toml'].map(
    (end) => `.prettierrc${end}`,
  ),
  ...['.js', '.ts', '.mjs', '.mts', '.cjs', '.cts'].map((end) => `prettier.config${end}`),
];

/** In the project or around it, as a formatter looks for them. */
function hasSettings(folder: string, names: readonly string[]): boolean {
  const parent = dirname(folder);
  return (
    names.some((name) => statIfThere(join(folder, name))) || (parent !== folder && hasSettings(parent, names))
  );
}

/** Of the project and, in a workspace, of the packages around it. */
function dependencyNames(folder: string): ReadonlySet<string> {
  const { dependencies, devDependencies } = packageJsonIn(folder);
  const names = [dependencies, devDependencies].flatMap((block) => Object.keys(plainObject(block) ?? {}));
  const parent = dirname(folder);
  return new Set([...names, ...(parent === folder ? [] : dependencyNames(parent))]);
}

function resolveFrom(root: string, file: string): string | undefined {
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    return createRequire(join(root, 'package.json')).resolve(file);
  } catch {
    return undefined;
  }
}

async function formatWithBiome(root: string, binary: string, file: Unformatted): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const cwd = nearestFolder(root);
  const path = relative(cwd, join(root, file.path));
  const child = spawn(process.execPath, [binary, 'format', `--stdin-file-path=${path}`], {
    cwd,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
  });
  const closed = once(child, 'close');
  child.stdin.on('error', () => {}).end(file.text);
  const [output, [code]] = await Promise.all([text(child.stdout), closed]);
  if (code !== 0) throw new Error('the formatter does not take this file');
  return output;
}

/** The part of Prettier's interface that is used; the same from version 2 on. */
interface Prettier {
  format(text: string, options: object): Promise<string> | string;
  resolveConfig(path: string, options: object): Promise<object | null>;
  getFileInfo(path: string, options: object): Promise<{ ignored: boolean; inferredParser: string | null }>;
}

async function formatWithPrettier(root: string, entry: string, file: Unformatted): Promise<string> {
  const module: { default?: Prettier } & Prettier = await import(pathToFileURL(entry).href);
  const prettier = module.default ?? module;
  const filepath = join(root, file.path);
  const { ignored, inferredParser } = await prettier.getFileInfo(filepath, {
    ignorePath: join(root, '.prettierignore'),
  });
  if (ignored || inferredParser === null) return file.text;
  const config = await prettier.resolveConfig(filepath, { editorconfig: true });
  return prettier.format(file.text, { ...config, filepath });
}
