import { posix } from 'node:path';
import { problemOfDirectory } from './core/answers/directory.ts';
import { createCommand } from './core/answers/managers.ts';
import { UserError } from './core/errors.ts';
import { type FolderKind, reasonToNameDirectory, withinAnother } from './core/project/folder-kind.ts';
import type { Flags } from './flags.ts';
import { isFile } from './io/files.ts';
import { folderKindAt, projectAbove } from './io/read/folder-kind.ts';
import { detectPackageManager } from './io/read/package-manager.ts';
import { askText } from './io/terminal/ask.ts';
import { asksForAnswers } from './io/terminal/environment.ts';
import { introduce, warn } from './io/terminal/output.ts';

const NEW_FOLDER = 'my-app';

/**
 * The directory to write: as given, or as answered at a terminal. Otherwise the current one, if it is clearly meant.
 *
 * @throws UserError (2) if the user has to name a directory
 */
export async function chooseDirectory(flags: Flags): Promise<string> {
  const chosen = await directoryToUse(flags);
  const around = projectAbove(chosen);
  if (around !== undefined) warn(withinAnother(chosen, around, createHere()));
  return chosen;
}

async function directoryToUse({ directory, run }: Flags): Promise<string> {
  if (directory !== undefined) return ofPackage(directory);
  return asksForAnswers(run) ? askWhere(folderKindAt('.')) : whatIsMeant(folderKindAt('.'));
}

function ofPackage(directory: string): string {
  const reason = reasonAgainstTop(directory);
  if (reason !== undefined) throw new UserError(reason);
  return directory;
}

/** The top of several packages has no app: sessions there would be split between it and the package that has. */
function reasonAgainstTop(directory: string): string | undefined {
  const folder = folderKindAt(directory);
  if (folder.kind !== 'workspace' || folder.packages.length === 0) return undefined;
  const packages = folder.packages.map((path) => posix.join(directory, path));
  return reasonToNameDirectory({ ...folder, packages }, createHere());
}

function whatIsMeant(here: FolderKind): string {
  const reason = reasonToNameDirectory(here, createHere());
  if (reason !== undefined) throw new UserError(reason);
  return '.';
}

const createHere = (): string =>
  createCommand(detectPackageManager(process.cwd(), undefined, process.env.npm_config_user_agent));

async function askWhere(here: FolderKind): Promise<string> {
  if (here.kind === 'project' && here.isWritten) return '.';
  introduce();
  return askText({ question: 'Project folder' }, offered(here), problemAt);
}

/** As for a directory in the command line, but asked for again. */
function problemAt(directory: string): string | undefined {
  if (isFile(directory)) return `${directory} is a file; name a directory`;
  // Without the command, which a question does not need.
  return problemOfDirectory(directory) ?? reasonAgainstTop(directory)?.replace(/\n.*/s, '');
}

function offered(here: FolderKind): string {
  if (here.kind === 'project') return '.';
  if (here.kind === 'workspace') return here.packages[0] ?? NEW_FOLDER;
  return here.kind === 'other' ? (here.around ?? NEW_FOLDER) : NEW_FOLDER;
}
