import manifest from '../package.json' with { type: 'json' };
import { PASSWORD_RULE } from './core/answers/answers.ts';
import { type CommandLine, type FlagForm, readCommandLine } from './core/answers/command-line.ts';
import { wordMeantBy } from './core/answers/near-words.ts';
import {
  type Answers,
  CONFLICT_POLICIES,
  type ConflictPolicy,
  flagName,
  hasNegation,
  OPTION_NAMES,
  type Option,
  optionOf,
  RUN_FLAGS,
} from './core/answers/options.ts';
import { shellQuote } from './core/answers/shell.ts';
import { UserError } from './core/errors.ts';
import { helpText } from './core/report/help.ts';
import { statIfThere } from './io/files.ts';
import { columnsOf } from './io/terminal/standard.ts';

/** How this run goes; nothing of it is remembered. */
export interface RunFlags {
  readonly yes: boolean;
  /** False for `--no-input`. */
  readonly input: boolean;
  /** A file, or `-` for standard input. */
  readonly config: string | undefined;
  readonly dryRun: boolean;
  /** Of one path, or of all. */
  readonly diff: string | true | undefined;
  readonly check: boolean;
  readonly json: boolean;
  readonly onConflict: ConflictPolicy | undefined;
  readonly restore: readonly string[];
}

export interface Flags {
  readonly command: 'generate' | 'undo';
  /** Undefined where none was named. */
  readonly directory: string | undefined;
  readonly given: Answers;
  readonly run: RunFlags;
}

/** What was asked for is a text: help or the version. */
export interface Text {
  readonly command: 'text';
  readonly text: string;
}

const EXIT_CODES = `
Exit codes:
  0    done
  1    internal error
  2    usage, or a missing or bad answer
  3    --check found that a run would change something
  4    a conflict is left: nothing was written, or markers with --on-conflict markers
  5    written, but the install failed
  130  Ctrl-C; a message says what was written
  143  SIGTERM

Each switch and each optional answer has a --no-… form, which turns it off in a later run.
Nothing is asked without a terminal, with CI set, or when a known agent runs the program.
With ACCESSIBLE=1 or TERM=dumb, questions are plain lines, for a screen reader.
Documentation: npm view create-koa-mongo-session readme`;

/** Whether the result is to be one JSON value, also that of a command line which cannot be parsed. */
export const asksForJson = (argv: readonly string[]): boolean => argv.includes('--json');

/** Command line to flags. Throws a UserError, which shows no value of the command line. */
export function parseFlags(argv: readonly string[]): Flags | Text {
  const { words, values, given, problem } = readCommandLine(withoutStrayDashes(argv), FORMS);
  if (values.version === true) return { command: 'text', text: `${manifest.version}\n` };
  const isUndo = words[0] === 'undo';
  if (values.help === true) return { command: 'text', text: isUndo ? helpOfUndo() : help() };
  if (problem) throw problem;
  const [directory, ...excess] = isUndo ? words.slice(1) : words;
  if (excess.length > 0) {
    const whom = isUndo ? " for 'undo'" : '';
    throw new UserError(
      `too many arguments${whom}. Expected 1 argument but got ${excess.length + 1}.\nSee create-koa-mongo-session --help`,
    );
  }
  if (isUndo) refuseForeign(given);
  return {
    command: isUndo ? 'undo' : 'generate',
    directory: directoryOf(directory),
    given: isUndo ? {} : givenIn(values),
    run: runIn(values),
  };
}

/** Package managers differ in whether `create x -- --flag` hands on the `--`. */
function withoutStrayDashes(argv: readonly string[]): string[] {
  const stray = argv.findIndex((word, at) => word === '--' && (at === 0 || argv[at + 1]?.startsWith('-')));
  return argv.filter((_, at) => at !== stray);
}

const answerForms = OPTION_NAMES.flatMap((name): FlagForm[] => {
  const { flag } = optionOf(name);
  const negation = { flag: flagName(name).replace('--', '--no-'), property: name, isHidden: true };
  return [{ flag, property: name }, ...(hasNegation(optionOf(name)) ? [negation] : [])];
});

const FORMS: readonly FlagForm[] = [
  { flag: '-V, --version', property: 'version', isLast: true },
  { flag: '-h, --help', property: 'help' },
  ...answerForms,
  ...Object.entries(RUN_FLAGS).map(([name, { flag }]) => ({
    flag,
    property: name,
    repeats: name === 'restore',
  })),
  // Known only so that it can be refused, and its value never shown.
  {
    flag: '-p, --password <password>',
    property: 'password',
    isHidden: true,
    refused: `--password: ${PASSWORD_RULE}`,
  },
];

function help(): string {
  const flags = [...OPTION_NAMES.map(optionOf), ...Object.values(RUN_FLAGS)];
  const groups = [...new Set(flags.map(({ group }) => group))].map((group) => ({
    title: group,
    items: flags.filter((flag) => flag.group === group).map((flag) => [flag.flag, helpOf(flag)] as const),
  }));
  const sections = [
    { title: 'Arguments', items: [['directory', DIRECTORY]] },
    {
      title: 'Options',
      items: [
        ['-V, --version', 'print the version'],
        ['-h, --help', 'print this help'],
      ],
    },
    ...groups,
    { title: 'Commands', items: [['undo [directory]', UNDO]] },
  ] as const;
  const usage = 'create-koa-mongo-session [options] [command] [directory]';
  return `${helpText(usage, PURPOSE, sections, columnsOf('stdout') ?? 80)}${EXIT_CODES}\n`;
}

const PURPOSE = 'Writes MongoDB-backed sessions for Koa into a project, as TypeScript that the project owns.';
const DIRECTORY = 'the project, new or existing (default: this folder, if it is a project or empty)';
const UNDO = 'undo what the last run wrote';

function helpOfUndo(): string {
  const sections = [
    { title: 'Arguments', items: [['directory', 'the project (default: this folder)']] },
    { title: 'Options', items: [['-h, --help', 'print this help']] },
  ] as const;
  const usage = 'create-koa-mongo-session undo [options] [directory]';
  return `${helpText(usage, UNDO, sections, columnsOf('stdout') ?? 80)}${UNDO_FLAGS}\n`;
}

const UNDO_FLAGS = `
  --dry-run  show what it would undo, and write nothing
  --check    write nothing; exit with 3 if there is something to undo
  --json     one JSON value on standard output and nothing else
`;

const TAKEN_BY_UNDO = ['dryRun', 'check', 'json', 'input'];

/** What a run has and taking it back has not is refused rather than ignored. */
function refuseForeign(given: CommandLine['given']): void {
  const [, foreign] = [...given].find(([property]) => !TAKEN_BY_UNDO.includes(property)) ?? [];
  if (foreign !== undefined) {
    throw new UserError(`undo: does not accept ${foreign}; see create-koa-mongo-session undo --help`);
  }
}

function helpOf({ help, choices, default: fixed, kind }: Partial<Option>): string {
  const among = choices ? `: ${Object.keys(choices).join(', ')}` : '';
  return `${help}${among}${fixed === undefined || kind === 'switch' ? '' : ` (default: ${fixed})`}`;
}

function directoryOf(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  const meant = wordMeantBy(directory);
  if (meant !== undefined && !statIfThere(directory)) {
    throw new UserError(
      `${directory}: did you mean ${meant}? For a project of that name, give ./${directory}\nSee create-koa-mongo-session --help`,
    );
  }
  if (/^mongodb(\+srv)?:/i.test(directory)) {
    throw new UserError('directory: a connection string is given with --url');
  }
  return directory;
}

/** `--no-…` of an optional answer takes it back. */
function givenIn(options: Record<string, unknown>): Answers {
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

/** How this run goes, as it would be written again, but for `--yes`. */
export function wordsOf({
  input,
  config,
  dryRun,
  diff,
  check,
  json,
  onConflict,
  restore,
}: RunFlags): string[] {
  return [
    ...(input ? [] : ['--no-input']),
    ...(config === undefined ? [] : ['--config', shellQuote(config)]),
    ...(dryRun ? ['--dry-run'] : []),
    ...(diff === undefined ? [] : diff === true ? ['--diff'] : ['--diff', shellQuote(diff)]),
    ...(check ? ['--check'] : []),
    ...(json ? ['--json'] : []),
    ...(onConflict === undefined ? [] : ['--on-conflict', onConflict]),
    ...restore.flatMap((path) => ['--restore', shellQuote(path)]),
  ];
}

function conflictPolicy(given: unknown): ConflictPolicy | undefined {
  const known = CONFLICT_POLICIES.find((policy) => policy === given);
  if (given !== undefined && known === undefined) {
    throw new UserError(`--on-conflict: must be one of ${CONFLICT_POLICIES.join(', ')}`);
  }
  return known;
}
