import manifest from '../package.json' with { type: 'json' };
import { bugReport } from './core/report/bug-report.ts';
import { outputJson } from './core/report/json-output.ts';
import { type Ending, endingOf } from './ending.ts';
import { asksForJson, parseFlags } from './flags.ts';
import { inLines, tell, tellError, warningsTold } from './io/terminal/output.ts';
import { endAtSignals, whatStands } from './io/terminal/signals.ts';
import { type Output, whenUnwritable, write } from './io/terminal/standard.ts';

/** Runs the program to its end, also after errors, and sets the exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  const isJson = asksForJson(argv);
  endAtSignals(({ written, text }, exitCode) => {
    if (isJson) write('stdout', jsonOf({ exitCode, facts: { written }, problem: text }));
    write('stderr', `\n${inLines(text)}\n`);
  });
  whenUnwritable(endUnread);
  const ending = await endingAfter(argv, isJson).catch((error: unknown) =>
    endingOf(error, explainBug, whatStands()),
  );
  if (isJson) tell(jsonOf(ending));
  if (ending.problem !== undefined) tellError(ending.problem);
  process.exitCode = ending.exitCode;
}

async function endingAfter(argv: readonly string[], isJson: boolean): Promise<Ending> {
  const flags = parseFlags(argv, process.env);
  if (flags.command === 'text') {
    if (!isJson) tell(flags.text);
    return { exitCode: 0, facts: { written: false, text: flags.text } };
  }
  const { main } = await import('./main.ts');
  return main(flags);
}

const jsonOf = ({ exitCode, facts, problem }: Ending): string =>
  outputJson({
    exitCode,
    ...facts,
    warnings: warningsTold(),
    ...(problem === undefined ? {} : { error: { message: problem } }),
  });

const explainBug = (error: unknown): string =>
  bugReport(error, {
    version: manifest.version,
    bugs: manifest.bugs.url,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    showStack: Boolean(process.env.DEBUG),
  });

/** A reader that stops early, such as `head`, is not an error. If an error cannot be reported, the run continues. */
function endUnread(output: Output, code: string | undefined): void {
  if (output === 'stderr' || code === 'EPIPE') return;
  tellError(`the output could not be written (${code}). ${whatStands().text}`);
  process.exit(1);
}
