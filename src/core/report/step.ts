import type { Answers } from '../answers/options.ts';
import type { Entry } from '../plan/entry.ts';
import type { Project } from '../project/working-tree.ts';

/** One thing that the user has to do. */
export interface Step {
  /** Without a full stop. */
  readonly what: string;
  /** To be run in a shell, in this order. */
  readonly commands: readonly string[];
  /** Whether the command starts the app. */
  readonly starts?: true;
  /** What to do without Docker. */
  readonly instead?: readonly string[];
  /** Locations or lines of code for the step. */
  readonly lines?: readonly string[];
}

/** What the steps after a run depend on. */
export interface Run {
  /** As it was given. */
  readonly directory: string;
  readonly isInstalled: boolean;
  readonly repeat: string;
  /** What is known of the project. */
  readonly project: Pick<
    Project,
    | 'koaSources'
    | 'sessionUses'
    | 'databases'
    | 'connections'
    | 'loadsEnv'
    | 'startedBy'
    | 'jest'
    | 'scripts'
    | 'packages'
  >;
  /** The text of `.env` after the run. */
  readonly env: string;
  /** Names in `.env` with another value than the one that was given this time. */
  readonly keptInEnv: readonly string[];
  /** What the run did to each file. */
  readonly entries: readonly Entry[];
  /** The saved state before the run; empty on the first one. */
  readonly saved: Answers;
  /** The saved state after the run. */
  readonly answers: Answers;
}

export const wasMade = (entries: readonly Entry[], id: string): boolean =>
  entries.some((entry) => entry.id === id && ['create', 'adopt'].includes(entry.action));

export const wasTouched = (entries: readonly Entry[], id: string): boolean =>
  entries.some((entry) => entry.id === id && 'text' in entry);

/** What to do by hand. */
export const byHand = (what: string): Step => ({ what, commands: [] });

/** What to do at these places, or with these lines of code; nothing if there are none. */
export const withLines = (what: string, lines: readonly string[]): Step[] =>
  lines.length === 0 ? [] : [{ what, commands: [], lines }];

export const isFirst = ({ saved }: Run): boolean => Object.keys(saved).length === 0;

export const APP_KEYS = 'APP_KEYS';
