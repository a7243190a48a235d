import { isTerminal } from './standard.ts';

/** Set by programs that run commands for a model, where nobody can answer a question. */
const AGENTS = [
  'AI_AGENT',
  'AUGMENT_AGENT',
  'CLAUDECODE',
  'CODEX_SANDBOX',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'OPENCODE',
];

const isSwitchedOn = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value);

/** Whether somebody can see a question on stderr and answer it. */
function isAnybodyThere(): boolean {
  const isAutomated = ['CI', ...AGENTS].some((name) => isSwitchedOn(process.env[name]));
  return !isAutomated && isTerminal('stderr') && isTerminal('stdin');
}

interface AskingFlags {
  /** False for `--no-input`. */
  readonly input: boolean;
  readonly yes: boolean;
  /** With `-`, standard input has been read to its end. */
  readonly config: string | undefined;
}

/** Whether a run can ask at all; `--yes` does not answer everything. */
export const canAsk = ({ input, config }: AskingFlags): boolean =>
  input && config !== '-' && isAnybodyThere();

/** Whether a run asks for what `--yes` would answer. */
export const asksForAnswers = (flags: AskingFlags): boolean => !flags.yes && canAsk(flags);

/**
 * Whether questions and progress are plain lines that are written once. For a screen reader, which would read out each
 * redraw, the user sets `ACCESSIBLE`, since a program cannot detect one. `TERM=dumb` has no cursor control.
 */
export const showsLines = (): boolean => isSwitchedOn(process.env.ACCESSIBLE) || process.env.TERM === 'dumb';
