import { isTerminal } from './standard.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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

const isSet = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value);

/** Whether somebody can see a question on stderr and answer it. */
export function canAsk(env: Environment): boolean {
  const isAutomated = isSet(env.CI) || AGENTS.some((name) => isSet(env[name]));
  return !isAutomated && isTerminal('stderr') && isTerminal('stdin');
}

/**
 * Whether questions and progress are plain lines that are written once. For a screen reader, which would read out each
 * redraw, the user sets `ACCESSIBLE`, since a program cannot detect one. `TERM=dumb` has no cursor control.
 */
export const showsLines = (env: Environment): boolean => isSet(env.ACCESSIBLE) || env.TERM === 'dumb';
