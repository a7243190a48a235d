import { shellQuote } from '../answers/shell.ts';

/** What kind of folder it is. Paths are as the user would write them from the current folder. */
export type FolderKind =
  | { readonly kind: 'project' /** Whether an earlier run has written it. */; readonly isWritten: boolean }
  /** Empty, or with only the files of a cloned, empty repository. */
  | { readonly kind: 'empty' }
  /** The top of a workspace, or of packages that are none, without Koa; `packages` are those of them that have it. */
  | { readonly kind: 'workspace'; readonly packages: readonly string[] }
  /** None of these; `around` is the nearest project in a parent folder. */
  | { readonly kind: 'other'; readonly around: string | undefined };

/** Files of a cloned repository, an editor, a system or a package manager in an otherwise empty folder. */
const HARMLESS = [
  /^\.(?:git|gitignore|gitattributes|github|editorconfig|vscode|idea|DS_Store)$/,
  /^\.(?:npmrc|nvmrc|node-version|tool-versions|yarnrc\.yml|yarn|env(?:\..+)?)$/,
  /^(?:readme|licen[cs]e)(?:\.\w+)?$/i,
  /^yarn\.lock$/,
];

export const isAsGoodAsEmpty = (names: readonly string[]): boolean =>
  names.every((name) => HARMLESS.some((pattern) => pattern.test(name)));

/**
 * Why a run without a directory does not use this folder, and the command that does.
 *
 * @param create the command that runs this program
 */
export function reasonToNameDirectory(folder: FolderKind, create: string): string | undefined {
  const commands = (directories: readonly string[]) =>
    directories.map((directory) => `  ${create} ${shellQuote(directory)}`).join('\n');
  if (folder.kind === 'workspace') {
    const packages = folder.packages.length === 0 ? ['packages/my-app'] : folder.packages;
    return `this folder is the top of several packages: name the one that needs sessions, or install Koa here first if it is this one\n${commands(packages)}`;
  }
  if (folder.kind !== 'other') return undefined;
  return folder.around === undefined
    ? `this folder is neither empty nor a project: name a directory, new or existing, or . for this folder\n${commands(['my-app', '.'])}`
    : `this folder is part of the project in ${folder.around}: name that, or another directory\n${commands([folder.around])}`;
}

/** A project in a parent folder. */
export interface Around {
  /** As the user would write it. */
  readonly path: string;
  /** The patterns of its workspace, such as `packages/*`; none if it is not the top of one. */
  readonly patterns: readonly string[];
}

/** The warning for a new project inside another one, which may be a mistake. */
export function withinAnother(directory: string, { path, patterns }: Around, create: string): string {
  if (patterns.length > 0) {
    return `${directory} is not a package of the workspace in ${path} (${patterns.join(', ')}), so its dependencies are not installed with theirs: add it there, too`;
  }
  return `${directory} is inside the project in ${path}, and becomes a separate project. For sessions in that one: \`${create} ${shellQuote(path)}\``;
}
