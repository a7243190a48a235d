import { posix } from 'node:path';
import { problemOfDirectory } from './core/answers/directory.ts';
import { createCommand } from './core/answers/managers.ts';
import { UserError } from './core/errors.ts';
import { type Place, reasonToNameDirectory, withinAnother } from './core/project/place.ts';
import type { Flags } from './flags.ts';
import { statIfThere } from './io/files.ts';
import { detectPackageManager } from './io/read/package-manager.ts';
import { placeAt, projectAbove } from './io/read/place.ts';
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
  const chosen = await directoryOf(flags);
  const around = projectAbove(chosen);
  if (around !== undefined) warn(withinAnother(chosen, around, createHere()));
  return chosen;
}

async function directoryOf({ directory, run }: Flags): Promise<string> {
  if (directory !== undefined) return ofPackage(directory);
  return asksForAnswers(run) ? askWhere(placeAt('.')) : whatIsMeant(placeAt('.'));
}

/** The top of a workspace has no app: sessions there would be split between it and the package that has. */
function ofPackage(directory: string): string {
  const place = placeAt(directory);
  if (place.kind !== 'workspace' || place.packages.length === 0) return directory;
  return whatIsMeant({ ...place, packages: place.packages.map((path) => posix.join(directory, path)) });
}

function whatIsMeant(here: Place): string {
  const reason = reasonToNameDirectory(here, createHere());
  if (reason !== undefined) throw new UserError(reason);
  return '.';
}

const createHere = (): string =>
  createCommand(detectPackageManager(process.cwd(), undefined, process.env.npm_config_user_agent));

async function askWhere(here: Place): Promise<string> {
  if (here.kind === 'project' && here.isWritten) return '.';
  introduce();
  return askText('Project folder', offered(here), problemAt);
}

/** As for a directory in the command line, but asked for again. */
function problemAt(directory: string): string | undefined {
  const isFile = statIfThere(directory)?.isFile() === true;
  return problemOfDirectory(directory) ?? (isFile ? `${directory} is a file; name a directory` : undefined);
}

function offered(here: Place): string {
  if (here.kind === 'project') return '.';
  if (here.kind === 'workspace') return here.packages[0] ?? NEW_FOLDER;
  return here.kind === 'other' ? (here.around ?? NEW_FOLDER) : NEW_FOLDER;
}
