/** What `--json` contains for every outcome, in addition to the files and the next steps. */
interface JsonOutput {
  readonly exitCode: number;
  /** Whether files were changed; absent if an unexpected error makes that unknown. */
  readonly written?: boolean;
  readonly warnings: readonly string[];
  /** Why the exit code is not 0. Absent if `--check` finds a difference, since that is not an error. */
  readonly error?: { readonly message: string };
}

/** One JSON value with a newline. */
export const outputJson = (output: JsonOutput): string => `${JSON.stringify(output, undefined, 2)}\n`;
