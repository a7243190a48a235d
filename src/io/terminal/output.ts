/** The result of the run: the only thing on standard output. */
export const tell = (result: string): void => void process.stdout.write(result);

export const warn = (warning: string): void => void process.stderr.write(`warning: ${warning}\n`);
