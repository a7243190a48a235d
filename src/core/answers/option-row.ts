import type { TextRule } from './names.ts';
import type { Parsed } from './parsed.ts';
import type { ProjectFacts } from './project-facts.ts';
import type { ConnectionStyle } from './styles.ts';

type Kind = 'choice' | 'text' | 'duration' | 'port' | 'switch';

/** A flag of the command line. */
export interface Flag {
  /** As commander reads it. */
  readonly flag: string;
  readonly group: 'Connection' | 'Sessions' | 'Project' | 'This run';
  readonly help: string;
}

/** A row in the table of options: a flag that can also be asked for, and is checked. */
export interface Option<T = unknown> extends Flag {
  readonly kind: Kind;
  readonly parse: (answer: unknown) => Parsed<T>;
  /** For a text: the checks of `parse`, as far as patterns can express them. */
  readonly rules?: readonly TextRule[];
  /** For a switch: the only accepted answer. */
  readonly takes?: boolean;
  /** Value → what it means. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Used if no answer is given. Written as an answer, so that it can be shown. */
  readonly default?: string | number | boolean;
  /** A default that depends on the project, or on the adopted store; takes precedence over `default`. */
  readonly offer?: (
    facts: ProjectFacts,
    answers: { readonly adopt?: unknown },
  ) => string | boolean | undefined;
  /** The question is asked only if this returns an answer, which it then suggests. `--yes` does not use it. */
  readonly suspect?: (facts: ProjectFacts) => string | undefined;
  /** `offer` is only used as a suggestion and by `--yes`; otherwise, the answer is missing. */
  readonly required?: true;
  /** May be left out, and turned off by `--no-…` or, in JSON, `null`. */
  readonly optional?: true;
  /** How an answer that may hold a secret is shown. */
  readonly redact?: (answer: unknown) => string;
  /** The connection styles that it belongs to; all by default. */
  readonly styles?: readonly ConnectionStyle[];
  /** `advanced` ones have a good default; the user picks from a list which ones to change. */
  readonly asked: 'always' | 'advanced' | 'never';
  readonly question: string;
  /** The reason for the suggested answer, from the project. */
  readonly because?: (facts: ProjectFacts) => string | undefined;
  /** Help for the answer, shown with the question. */
  readonly hint?: string;
  /** Its name in the list of answers, if it is not the question. */
  readonly label?: string;
  /** The answer has no effect without this switch, so it is asked for only when the switch is on. */
  readonly needs?: 'rolling';
}
