import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useProgram } from '../support/rerun/bundle.ts';
import { carryOut } from '../support/rerun/command.ts';
import { generate, readRendered } from '../support/rerun/generate.ts';
import {
  isOutsideUntouched,
  type Scenario,
  scenarios,
  setUp,
  snapshot,
  wholeSnapshot,
} from '../support/rerun/scenario.ts';
import { sample } from '../support/sampling.ts';
import { KEYS, Terminal } from '../support/terminal.ts';

const program = useProgram();
const PREVIEWS = ['--dry-run', '--check', '--diff'];

function runAtTerminal(args: readonly string[]): Terminal {
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' };
  const terminal = new Terminal(process.execPath, [program.file, ...args], { cwd: '/', env });
  onTestFinished(() => terminal.kill('SIGKILL'));
  return terminal;
}

/** The keys that select the choice in the displayed list. */
async function pick(terminal: Terminal, choice: string): Promise<void> {
  for (const name of ['mine', 'theirs', 'markers', 'diff', 'abort']) {
    await terminal.sees(`❯ ${name}`);
    if (name === choice) return terminal.type(KEYS.enter);
    terminal.type(KEYS.down);
  }
}

async function prepare(project: string, rendered: string): Promise<void> {
  expect(await generate(project, readRendered(rendered))).toMatchObject({ problem: undefined });
}

const mtimesOf = (project: string, paths: readonly string[]) =>
  paths.map((path) => [path, statSync(join(project, path), { throwIfNoEntry: false })?.mtimeMs]);

/** The files that a run must not change. */
const untouched = (before: Record<string, string>, after: Record<string, string>) =>
  Object.keys(before).filter((path) => before[path] === after[path] && !before[path]?.startsWith('link to'));

/**
 * Without questions, a terminal makes no difference, so a sample is enough; each choice at a terminal takes a process.
 */
const quiet = sample(
  scenarios.filter(({ atTerminal }) => atTerminal.length === 0),
  4,
);
const CHOICES = scenarios.flatMap((scenario) => scenario.atTerminal.map((choice) => ({ scenario, choice })));
const choices = sample(CHOICES, 5, ({ choice }) => choice.choose.join()).map(({ choice }) => choice);

/** At least one with each set of flags, and every overlap, since these differ in the text that wins. */
const kindOf = ({ name, flags }: Scenario) => (name.startsWith('overlap') ? name : flags.join(' '));
const tried = sample(scenarios, scenarios.length / 4, kindOf);

describe.each(tried)('$name', (scenario: Scenario) => {
  const args = (project: string) => [project, scenario.rendered, ...scenario.flags];
  const expected = (before: Record<string, string>, after: string | undefined) =>
    after === undefined ? before : snapshot(after);

  test('without input', async () => {
    const project = await setUp(scenario, prepare);
    const before = snapshot(project);
    const after = expected(before, scenario.after);
    const mtimes = mtimesOf(project, untouched(before, after));

    const { exitCode, stdout, stderr } = await carryOut(args(project), false);

    await expect(stdout).toMatchFileSnapshot(scenario.reportFile);
    expect(exitCode).toBe(scenario.exitCode);
    expect(stderr).toContain(scenario.error ?? '');
    expect(snapshot(project)).toEqual(after);
    expect(mtimesOf(project, untouched(before, after))).toEqual(mtimes);
    await expectSettled(project, scenario);
  });

  test.runIf(quiet.includes(scenario))('at a terminal, without any question', async () => {
    const project = await setUp(scenario, prepare);
    const before = snapshot(project);
    expect(await carryOut(args(project), true)).toMatchObject({ exitCode: scenario.exitCode });
    expect(snapshot(project)).toEqual(expected(before, scenario.after));
    await expectSettled(project, scenario);
  });

  test.each(scenario.atTerminal.filter((choice) => choices.includes(choice)))(
    'at a terminal, choosing $choose',
    async ({ choose, exitCode, after }) => {
      const project = await setUp(scenario, prepare);
      const before = snapshot(project);
      const terminal = runAtTerminal(args(project));
      for (const choice of choose) await pick(terminal, choice);

      expect(await terminal.ended).toMatchObject({ exitCode });
      expect(snapshot(project)).toEqual(expected(before, after));
      await expectSettled(project, { ...scenario, exitCode });
    },
  );
});

/** The same question is never asked twice, and refused files have not changed. */
async function expectSettled(project: string, { rendered, exitCode, flags }: Scenario): Promise<void> {
  expect(isOutsideUntouched(project)).toBe(true);
  if (exitCode !== 0 || flags.some((flag) => PREVIEWS.includes(flag))) return;
  const before = wholeSnapshot(project);
  const { problem } = await generate(project, readRendered(rendered));
  const left = Object.values(snapshot(project)).some((text) => text.includes('<<<<<<<'));
  expect(problem?.exitCode).toBe(left ? 4 : undefined);
  expect(wholeSnapshot(project)).toEqual(before);
}
