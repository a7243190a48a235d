import { expect, test } from 'vitest';
import { sha256, verifiedBase } from '../../../src/core/project/base.ts';
import type { FileRecord } from '../../../src/core/project/manifest.ts';
import { basePath } from '../../../src/core/project/state-folder.ts';
import type { WorkingTree } from '../../../src/core/project/working-tree.ts';

const GENERATED = 'one\ntwo\n';
const record: FileRecord = {
  id: 'store',
  path: 'src/store.ts',
  generatedPath: 'src/store.ts',
  sha256: sha256(GENERATED),
  state: 'written',
};

const treeWith = (text: string) =>
  ({ files: new Map([[basePath(record.generatedPath), { kind: 'file', text }]]) }) as unknown as WorkingTree;

test.each([
  { base: GENERATED, is: GENERATED },
  { base: 'one\r\ntwo\r\n', is: GENERATED },
  { base: 'one\n', is: undefined },
])('a base text is used only if it is what was generated: %j', ({ base, is }) => {
  expect(verifiedBase(record, treeWith(base))).toBe(is);
});
