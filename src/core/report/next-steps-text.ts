import type { NextSteps } from './next-steps.ts';
import type { Paint } from './paint.ts';
import { wrapped } from './wrap.ts';

/** Width of the text after the number of a step, in characters. */
const STEP_INDENT = 5;

/** The text for the user: numbered, each command on its own line. A first run also shows how to repeat it. */
export function nextStepsText(
  { steps, repeat }: NextSteps,
  isFirstRun: boolean,
  paint: Paint,
  width = Number.POSITIVE_INFINITY,
): string {
  const numbered = steps.flatMap(({ what, commands, instead = [], lines = [] }, at) => [
    ...wrapped(`${what}${commands.length + lines.length === 0 ? '' : ':'}`, width - STEP_INDENT).map(
      (line, part) =>
        part === 0 ? `  ${paint('strong', `${at + 1}.`)} ${line}` : `${' '.repeat(STEP_INDENT)}${line}`,
    ),
    ...[...commands, ...lines].map((line) => `       ${paint('changed', line)}`),
    ...(instead.length === 0 ? [] : ['     or, without Docker:']),
    ...instead.map((line) => `       ${paint('changed', line)}`),
  ]);
  const parts = [
    ...(numbered.length === 0 ? [] : ['', paint('strong', 'Next steps'), ...numbered]),
    ...(isFirstRun ? ['', 'To repeat this run:', `  ${repeat}`] : []),
  ];
  return parts.map((line) => `${line}\n`).join('');
}
