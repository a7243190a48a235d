import { isDryRunOfNpm, refuseSwallowedFlags } from './core/answers/npm-create.ts';
import { Interrupted, UserError } from './core/errors.ts';
import { parseFlags } from './flags.ts';
import { endAtSignals } from './io/terminal/signals.ts';

/** Runs the program to its end, whatever that is; sets the exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  endAtSignals();
  endWithoutReader();
  process.exitCode = await carryOut(argv).catch(explain);
}

async function carryOut(argv: readonly string[]): Promise<number> {
  refuseSwallowedFlags(argv, process.env);
  const flags = parseFlags(argv);
  if (flags.command === 'text') {
    process.stdout.write(flags.text);
    return 0;
  }
  const dryRun = flags.run.dryRun || isDryRunOfNpm(process.env);
  const { main } = await import('./main.ts');
  return main({ ...flags, run: { ...flags.run, dryRun } });
}

function explain(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof UserError) {
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  }
  // Its text is not ours, so it might hold what is secret.
  const stack = error instanceof Error ? error.stack : String(error);
  const detail = process.env.DEBUG ? stack : 'Run it again with DEBUG=1 to see where.';
  process.stderr.write(`error: this is a bug in create-koa-mongo-session, please report it. ${detail}\n`);
  return 1;
}

function endWithoutReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader such as `head` that has seen enough is no error.
    if (code === 'EPIPE') return;
    process.stderr.write(`error: the output could not be written (${code}); what the run did is done\n`);
    process.exit(1);
  });
  // Where nobody can be told of it, the run goes on.
  process.stderr.on('error', () => {});
}
