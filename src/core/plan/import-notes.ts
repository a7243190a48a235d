import { endingIn, importsIn, importsOf, isRelative, moduleOf, relativeModule } from '../project/imports.ts';
import { onDisk, textOnDisk, type WorkingTree } from '../project/working-tree.ts';
import { type RenderedFile, sessionIn } from '../render/rendered-file.ts';
import { EXTENSIONS, specifier } from '../render/specifier.ts';
import type { Entry } from './entry.ts';
import { importersLeft, textAfter } from './gone.ts';

export function importNotes(gone: readonly Entry[], files: readonly Entry[], tree: WorkingTree): string[] {
  return gone.flatMap((entry) => {
    const importers = entry.action === 'release' ? importersLeft(entry, gone, files, tree) : [];
    return importers.length === 0
      ? []
      : [
          `${entry.path} is no longer generated; it stays, and is yours, since it is used by ${importers.join(' and ')}.`,
        ];
  });
}

/**
 * The user's own files that import a file that moves, or that import one with another ending than from now on. Only the
 * user can change them.
 */
export function moveNotes(
  files: readonly Entry[],
  rendered: readonly RenderedFile[],
  tree: WorkingTree,
): string[] {
  const extension = EXTENSIONS[endingIn(sessionIn(rendered)) ?? 'ts'];
  const generated = new Set(files.flatMap(({ path, from }) => [path, from]));
  return files.flatMap(({ path, from }) => {
    const importers = tree.importers.get(from ?? path) ?? [];
    const own = importers.filter((importer) => !generated.has(importer));
    const edits = own.flatMap((importer) => {
      const wanted = specifier(importer, path, extension);
      const isOther = (found: string) =>
        isRelative(found) && relativeModule(importer, found) === moduleOf(path) && found !== wanted;
      const imports = importsIn(textOnDisk(tree, importer) ?? '');
      return imports.some((each) => isOther(each.specifier)) ? [`'${wanted}' in ${importer}`] : [];
    });
    if (from !== undefined && own.length > 0)
      return [`${from} is now ${path}: change its import in ${own.join(' and ')}.`];
    return edits.length === 0
      ? []
      : [
          `imports now end with ${extension || 'no extension'}: change that of ${path} to ${edits.join(' and to ')}.`,
        ];
  });
}

/** Imports of the user's own files in generated ones that move. */
export function ownImportNotes(files: readonly Entry[]): string[] {
  const generated = new Set(files.map(({ path }) => moduleOf(path)));
  return files.flatMap((entry) => {
    const { path, from } = entry;
    if (from === undefined) return [];
    const own = importsIn(textAfter(entry) ?? '').flatMap(({ specifier: found }) => {
      const module = relativeModule(path, found);
      const isLost = isRelative(found) && module !== relativeModule(from, found) && !generated.has(module);
      return isLost ? [`'${found}'`] : [];
    });
    return own.length === 0
      ? []
      : [`${from} is now ${path}: check its import of ${[...new Set(own)].join(' and ')}.`];
  });
}

/** Texts whose imports lead nowhere, since the user has moved one of the two files and not the other. */
export function lostImportNotes(
  files: readonly Entry[],
  rendered: readonly RenderedFile[],
  tree: WorkingTree,
): string[] {
  if (files.every(({ path }, at) => path === rendered[at]?.path)) return [];
  return files.flatMap((importer, at) => {
    const text = textAfter(importer) ?? textOnDisk(tree, importer.path) ?? '';
    const meant = importsOf(rendered[at]?.path ?? importer.path, text);
    const found = importsOf(importer.path, text);
    const lost = files.filter(({ path }, each) => {
      const old = rendered[each]?.path ?? path;
      const isLost = meant.includes(moduleOf(old)) && !found.includes(moduleOf(path));
      return isLost && onDisk(tree, old).kind === 'absent';
    });
    if (lost.length === 0) return [];
    const names = lost.map(({ path }) => path).join(' and ');
    return [`change the import of ${names} in ${importer.path}, since you have moved files.`];
  });
}

/** New texts that import a file which the user has deleted, perhaps since its code is now in another one. */
export function deletedImportNotes(files: readonly Entry[]): string[] {
  const deleted = files.filter(({ action }) => action === 'deleted');
  return deleted.flatMap(({ path }) => {
    const importers = files
      .filter((each) => 'text' in each && importsOf(each.path, each.text).includes(moduleOf(path)))
      .map((importer) => importer.path);
    return importers.length === 0
      ? []
      : [
          `you deleted ${path}, which is now imported by ${importers.join(' and ')}: change that, or --restore ${path}.`,
        ];
  });
}

export const unsearchedNotes = ({ unsearched }: WorkingTree): string[] =>
  unsearched.length === 0
    ? []
    : [`${unsearched.join(' and ')} cannot be read: a generated file that you moved there is not found.`];

export const unreadNotes = ({ unread }: WorkingTree): string[] =>
  unread.length === 0
    ? []
    : [
        `${unread.join(' and ')} cannot be read: check whether it imports a file that moves or is no longer generated.`,
      ];
