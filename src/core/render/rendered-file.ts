/** One file as this run would write it. Text has LF line ends and a final newline. */
export interface RenderedFile {
  /** Stable across versions and moves; also in the header line of TypeScript files. */
  readonly id: string;
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}
