import { hash } from 'node:crypto';
import type { FileRecord } from './manifest.ts';
import { basePath } from './state-folder.ts';
import { plainText } from './text.ts';
import { textOnDisk, type WorkingTree } from './working-tree.ts';

/** The text as last generated; undefined if it is missing or was changed. */
export function verifiedBase(record: FileRecord | undefined, tree: WorkingTree): string | undefined {
  const raw = record && textOnDisk(tree, basePath(record.generatedPath));
  if (raw === undefined) return undefined;
  const text = plainText(raw);
  return sha256(text) === record?.sha256 ? text : undefined;
}

export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}
