import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { replaceFile } from './files.ts';

/** Inside the repository, so that Node finds its packages. */
const FOLDER = join(import.meta.dirname, '..', '.generated', 'compiled');

/**
 * Compiles a TypeScript module and its relative imports to one file, which starts in a fraction of the time of tsx.
 * Packages stay imports. Returns the path of the file.
 */
export function compiled(module: string): Promise<string> {
  const known = files.get(module) ?? compile(module);
  files.set(module, known);
  return known;
}

const files = new Map<string, Promise<string>>();

async function compile(module: string): Promise<string> {
  const bundle = await rolldown({ input: module, platform: 'node', external: /^[^./\0]/ });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  const { code } = output[0];
  const path = join(FOLDER, `${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`);
  await replaceFile(path, code);
  return path;
}
