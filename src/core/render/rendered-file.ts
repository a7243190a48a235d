/** One file as this run would write it. Text has LF line ends and a final newline. */
export interface RenderedFile {
  /** Stable across versions and moves; for TypeScript files it stands in the header line, too. */
  readonly id: string;
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}
