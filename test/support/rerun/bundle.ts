import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll } from 'vitest';

/** Bundles `program.ts`, so that a run starts as fast as the real program does. Call it once in a test file. */
export function useProgram(): { readonly file: string } {
  const program = { file: '' };
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rerun-program-'));
    const bundle = await rolldown({ input: join(import.meta.dirname, 'program.ts'), platform: 'node' });
    await bundle.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
    });
    await bundle.close();
    program.file = join(folder, 'program.mjs');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return program;
}
