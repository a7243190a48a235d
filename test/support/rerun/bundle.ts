import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll } from 'vitest';

export interface Program {
  readonly file: string;
  /** To be loaded before it: lets the file system fail. */
  readonly faulty: string;
  /** To be loaded before it: the file system ignores case. */
  readonly caseless: string;
}

/** Bundles `program.ts`, so that a run starts as fast as the real program does. Call it once in a test file. */
export function useProgram(): Program {
  const program = { file: '', faulty: '', caseless: '' };
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rerun-program-'));
    // A test may run it as another user.
    await chmod(folder, 0o755);
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
    program.file = join(folder, 'program.mjs');
    program.faulty = join(folder, 'faulty.mjs');
    program.caseless = join(folder, 'caseless.mjs');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return program;
}
