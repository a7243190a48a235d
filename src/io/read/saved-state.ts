import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { type Manifest, parseManifest } from '../../core/project/manifest.ts';
import { basePath, JOURNAL, MANIFEST_PATH, PENDING } from '../../core/project/state-folder.ts';
import { statIfThere } from '../files.ts';
import type { Locate } from '../locate.ts';
import { readOnDisk } from './on-disk.ts';

/** Whether a run was interrupted, so that the next one has to undo its changes first. */
export const isInterrupted = (root: string): boolean =>
  statIfThere(join(root, PENDING, JOURNAL)) !== undefined;

/** A run that writes nothing cannot repair the project first. */
export function refuseHalfWay(root: string): void {
  if (isInterrupted(root)) throw new UserError(HALF_WAY, 4);
}

const HALF_WAY =
  'An earlier run was interrupted half-way. Run it again without --dry-run, --diff or --check: that repairs the project first.';

export function readManifest(root: string, generator: string, locate: Locate): Manifest | undefined {
  const disk = readOnDisk(root, MANIFEST_PATH, locate);
  if (disk.kind === 'absent') return undefined;
  if (disk.kind === 'unusable') throw new UserError(`${MANIFEST_PATH} ${disk.problem}. Nothing was written.`);
  return parseManifest(disk.text, generator);
}

/** A file as last generated; empty if it was not. */
export function savedBase(
  file: string,
  root: string,
  manifest: Manifest | undefined,
  locate: Locate,
): string {
  const record = manifest?.files.find(({ id }) => id === file);
  const base = record && readOnDisk(root, basePath(record.generatedPath), locate);
  return base?.kind === 'file' ? base.text : '';
}
