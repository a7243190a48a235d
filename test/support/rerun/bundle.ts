import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { beforeAll, inject } from 'vitest';
import type {} from '../run-folder-setup.ts';

const FOLDER = join(inject('runFolder'), 'rerun');
const PROGRAM = {
  file: join(FOLDER, 'program.mjs'),
  /** To be loaded before the program: makes the file system fail. */
  faulty: join(FOLDER, 'faulty.mjs'),
  /** To be loaded before the program: makes the file system ignore case. */
  caseless: join(FOLDER, 'caseless.mjs'),
};

/** `program.ts` as a bundle, which starts as fast as the real program. All test files of a run share it. */
export function useProgram(): typeof PROGRAM {
  beforeAll(async () => {
    if (existsSync(FOLDER)) return;
    const draft = `${FOLDER}-${process.pid}`;
    await bundleInto(draft);
    // Another test file may have created it meanwhile.
    await rename(draft, FOLDER).catch(() => rm(draft, { recursive: true }));
  });
  return PROGRAM;
}

async function bundleInto(folder: string): Promise<void> {
  const at = (name: string) => join(import.meta.dirname, `${name}.ts`);
  const bundle = await rolldown({
    input: { program: at('program'), faulty: at('faulty'), caseless: at('caseless') },
    platform: 'node',
  });
  await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
  });
  await bundle.close();
}
