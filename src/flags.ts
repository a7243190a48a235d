import { Command, CommanderError, Option as Flag } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { isAnswer, problemOfDirectory } from './core/answers/directory.ts';
import { hasNegation, negatedFlag } from './core/answers/flag-names.ts';
import { wordMeantBy } from './core/answers/near-words.ts';
import { type Environment, isDryRunOfNpm, refuseSwallowedFlags } from './core/answers/npm-create.ts';
import type { Option } from './core/answers/option-row.ts';
import { type Answers, OPTION_NAMES, optionOf } from './core/answers/options.ts';
import {
  CONFLICT_POLICIES,
  type ConflictPolicy,
  RUN_FLAGS,
  type RunFlags,
} from './core/answers/run-flags.ts';
import { UserError } from './core/errors.ts';
import { statIfThere } from './io/files.ts';
import { columnsOf } from './io/terminal/standard.ts';
import { missingValue, RULE_OF_SWITCH, refusedPassword, SEE_HELP, usageError } from './usage-error.ts';

export interface Flags {
  readonly command: 'generate' | 'undo';
  /** Undefined if none was given. */
  readonly directory: string | undefined;
  readonly given: Answers;
  readonly run: RunFlags;
}

/** Help or the version was asked for. */
export interface Text {
  readonly command: 'text';
  readonly text: string;
}

const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    internal error
  2    usage, or a missing or bad answer
  3    --check found that a run would change something
  4    nothing was written: a conflict, a no, another run, or an error of the
       system (with --on-conflict markers, the markers were written)
  5    written, but the install or the start of the app failed
  130  Ctrl-C; a message says what was written
  143  SIGTERM

Each switch and each optional answer above "This run" has a --no-… form, which
turns it off in a later run.
Nothing is asked without a terminal, with CI set, or when a known agent runs the
program. With ACCESSIBLE=1 or TERM=dumb, questions are plain lines, for a screen
reader.
Documentation: npm view create-koa-mongo-session readme`;

/** Whether the output has to be one JSON value, even for an invalid command line. */
export const asksForJson = (argv: readonly string[]): boolean => argv.includes('--json');

/** Replaces what commander would read from Node's streams. The texts have no colours. */
const OF_TERMINAL = {
  getOutHelpWidth: () => columnsOf('stdout') ?? 80,
  getErrHelpWidth: () => columnsOf('stderr') ?? 80,
  getOutHasColors: () => false,
  getErrHasColors: () => false,
};

/** Parses the command line. Throws a UserError that shows no value of the command line. */
export function parseFlags(argv: readonly string[], env: Environment): Flags | Text {
  refuseSwallowedFlags(argv, env);
  let text = '';
  let flags: Flags | undefined;
  const program = createProgram(
    (part) => (text += part),
    ({ run, ...parsed }) => {
      flags = { ...parsed, run: { ...run, dryRun: run.dryRun || isDryRunOfNpm(env) } };
    },
  );
  try {
    const words = withoutStrayDashes(argv);
    refuseSingleDash(words, program);
    refuseMissingValue(words, program);
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: 'text', text };
    throw usageError(error, program);
  }
  if (!flags) throw new Error('no command was run');
  return flags;
}

/** Package managers differ in whether `create x -- --flag` passes the `--` on. */
function withoutStrayDashes(argv: readonly string[]): string[] {
  const stray = argv.findIndex((word, at) => word === '--' && (at === 0 || argv[at + 1]?.startsWith('-')));
  return argv.filter((_, at) => at !== stray);
}

/** commander would read `-ttl` as `-t tl`, and `-check` as `--connection heck`. `--password` is refused in any form. */
function refuseSingleDash(words: readonly string[], { options }: Command): void {
  const longs = ['--help', ...options.map(({ long }) => long)].filter((long) => long !== '--password');
  const meant = words.map((word) => `-${word.replace(/=.*/s, '')}`).find((long) => longs.includes(long));
  if (meant !== undefined) throw new UserError(`${meant.slice(1)}: did you mean ${meant}?`);
}

/** commander would take the next flag for the value: of `--username $NAME --tls`, if the variable is empty. */
function refuseMissingValue(words: readonly string[], { options }: Command): void {
  for (const [at, word] of words.entries()) {
    const flag = word.replace(/^-y+(?=\w)/, '-'); // `-yc` is `-y -c`.
    const known = options.find(({ long, short }) => flag === long || flag === short);
    if (!known?.required || !/^-./.test(words[at + 1] ?? '--')) continue;
    throw missingValue(flag, known);
  }
}

function createProgram(writeOut: (part: string) => void, onParsed: (flags: Flags) => void): Command {
  const program = new Command('create-koa-mongo-session')
    .description(
      'Writes MongoDB-backed sessions for Koa into a project, as TypeScript that the project owns.',
    )
    .argument(
      '[directory]',
      'the project, new or existing (default: this folder, if it is a project or empty)',
    )
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', EXIT_CODES_HELP)
    .configureHelp({ minWidthToWrap: 20 })
    // Before `undo` is added, which inherits these.
    .exitOverride()
    .configureOutput({ writeOut, writeErr: () => {}, ...OF_TERMINAL });
  for (const name of OPTION_NAMES) addAnswerFlags(program, optionOf(name), name);
  for (const flag of runFlags()) program.addOption(flag);
  // Known only so that it can be refused, and its value never shown.
  program.addOption(new Flag('-p, --password [password]').hideHelp());
  program.action((directory: string | undefined, options: Record<string, unknown>) =>
    onParsed({
      command: 'generate',
      directory: checkedDirectory(directory),
      given: givenIn(options),
      run: runIn(options),
    }),
  );
  addUndo(program, onParsed);
  return program;
}

function addUndo(program: Command, onParsed: (flags: Flags) => void): void {
  program
    .command('undo')
    .description('undo what the last run wrote')
    .argument('[directory]', 'the project (default: this folder)')
    .addHelpText('after', UNDO_FLAGS)
    .action((directory: string | undefined, _, command: Command) => {
      refuseForeign(program);
      onParsed({
        command: 'undo',
        directory: checkedDirectory(directory),
        given: {},
        run: runIn(command.optsWithGlobals()),
      });
    });
}

const UNDO_FLAGS = `
  --dry-run  show what it would undo, and write nothing
  --check    write nothing; exit with 3 if there is something to undo
  --json     one JSON value on standard output and nothing else
`;

const TAKEN_BY_UNDO = ['dryRun', 'check', 'json', 'input'];

/** A flag that `undo` does not have is refused, not ignored. */
function refuseForeign(program: Command): void {
  if (program.opts().password !== undefined) throw refusedPassword();
  const foreign = program.options.find((option) => {
    const name = option.attributeName();
    return program.getOptionValueSource(name) === 'cli' && !TAKEN_BY_UNDO.includes(name);
  });
  if (foreign)
    throw new UserError(`undo: does not accept ${foreign.long}; see create-koa-mongo-session undo --help`);
}

function addAnswerFlags(program: Command, option: Option, name: string): void {
  program.addOption(new Flag(option.flag, helpOf(option)).helpGroup(`${option.group}:`));
  if (hasNegation(option)) program.addOption(new Flag(negatedFlag(name)).hideHelp());
}

function helpOf({ help, choices, default: fixed, kind }: Option): string {
  const among = choices ? `: ${Object.keys(choices).join(', ')}` : '';
  return `${help}${among}${fixed === undefined || kind === 'switch' ? '' : ` (default: ${fixed})`}`;
}

function runFlags(): Flag[] {
  return Object.entries(RUN_FLAGS).map(([name, { flag, help, group }]) => {
    const option = new Flag(flag, help).helpGroup(`${group}:`);
    return name === 'restore' ? option.argParser(collect) : option;
  });
}

const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];

function checkedDirectory(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  const meant = wordMeantBy(directory);
  const isMistyped = meant !== undefined && !statIfThere(directory);
  const mistake = isMistyped ? `did you mean ${meant}?` : isAnswer(directory) && `${RULE_OF_SWITCH}.`;
  if (mistake) {
    throw new UserError(
      `${directory}: ${mistake} For a project of that name, give ./${directory}${SEE_HELP}`,
    );
  }
  const problem = problemOfDirectory(directory);
  if (problem !== undefined) throw new UserError(`directory: ${problem}`);
  return directory;
}

/** `--no-…` turns an optional answer off. */
function givenIn(options: Record<string, unknown>): Answers {
  if (options.password !== undefined) throw refusedPassword();
  const answers = OPTION_NAMES.filter((name) => options[name] !== undefined).map((name) => [
    name,
    optionOf(name).optional && options[name] === false ? null : options[name],
  ]);
  return Object.fromEntries(answers);
}

function runIn(options: Record<string, unknown>): RunFlags {
  const { config, diff, onConflict, restore } = options;
  return {
    yes: options.yes === true,
    input: options.input !== false,
    config: typeof config === 'string' ? config : undefined,
    dryRun: options.dryRun === true,
    diff: diff === true || typeof diff === 'string' ? diff : undefined,
    check: options.check === true,
    json: options.json === true,
    onConflict: conflictPolicy(onConflict),
    restore: Array.isArray(restore) ? restore : [],
  };
}

function conflictPolicy(given: unknown): ConflictPolicy | undefined {
  const known = CONFLICT_POLICIES.find((policy) => policy === given);
  if (given !== undefined && known === undefined) {
    throw new UserError(`--on-conflict: must be one of ${CONFLICT_POLICIES.join(', ')}`);
  }
  return known;
}
