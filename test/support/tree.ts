import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Path with `/` → text. */
export type Tree = Readonly<Record<string, string>>;

/** All files below a folder; none if there is no folder. */
export function readTree(folder: string): Tree {
  if (!existsSync(folder)) return {};
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  );
}

/** Returns the folder, which is created if necessary. */
export function writeTree(folder: string, tree: Tree): string {
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(tree)) {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  }
  return folder;
}

export function mapPaths(tree: Tree, map: (path: string) => string): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [map(path), text]));
}
