import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNew } from '../../src/io/write-files.ts';
import { temporaryFolder } from '../support/program.ts';

/* A file that is written before it replaces another one has a random name, but something could still be there. */

test.each([
  { what: 'a file', plant: (path: string, mine: string) => writeFileSync(path, readFileSync(mine)) },
  { what: 'a link to a file elsewhere', plant: (path: string, mine: string) => symlinkSync(mine, path) },
  { what: 'a link to nothing', plant: (path: string, mine: string) => symlinkSync(`${mine}.new`, path) },
])('a new file does not overwrite $what or write through it', async ({ plant }) => {
  const folder = await temporaryFolder();
  const [mine, path] = [join(folder, 'mine'), join(folder, 'new')];
  writeFileSync(mine, 'mine\n');
  plant(path, mine);
  await expect(writeNew(path, 'new\n')).rejects.toMatchObject({ code: 'EEXIST', path });
  expect(readFileSync(mine, 'utf8')).toBe('mine\n');
});
