/** A file as this run would write it. The text has LF line endings and a final newline. */
export interface RenderedFile {
  /** Stable across versions and moves; also in the header line of TypeScript files. */
  readonly id: string;
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
  /**
   * The text as last generated, with the same imports, if the user has moved files. Imports that the user has corrected
   * do not differ from it, so they are no edits, which would overlap with new imports in adjacent lines.
   */
  readonly movedBase?: string | undefined;
}

/** The text of the session module. */
export const sessionIn = (rendered: readonly RenderedFile[]): string =>
  rendered.find(({ id }) => id === 'session')?.text ?? '';

/** `a/` for `a/b.ts`. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
