/** What `--json` contains for every outcome, in addition to the files and the next steps. */
export interface Output {
  readonly exitCode: number;
  /** Whether files were changed; absent where an unexpected error leaves that open. */
  readonly written?: boolean;
  readonly warnings: readonly string[];
  /** Why the exit code is not 0. To find drift with `--check` is no error. */
  readonly error?: { readonly message: string };
}

/** One JSON value, with a line end. */
export const outputJson = (output: Output): string => `${JSON.stringify(output, undefined, 2)}\n`;
