/** What `--json` says, whatever came of the run. Beside it stands what is known of the files and of what comes next. */
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
