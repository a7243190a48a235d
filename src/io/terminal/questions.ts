/** The stream for questions, and the signal that ends them without an answer. */
export interface Context {
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

export interface Choice {
  readonly value: string;
  readonly name: string;
  /** How it is shown after it was chosen. */
  readonly short: string;
  /** Shown while Enter would choose it. */
  readonly description?: string;
}

interface Question {
  readonly message: string;
}

export interface Confirmation extends Question {
  readonly default: boolean;
}

export interface TextQuestion extends Question {
  readonly default?: string;
  readonly validate: (text: string) => string | true;
  readonly transformer?: (text: string, state: { readonly isFinal: boolean }) => string;
}

export interface Selection extends Question {
  readonly choices: readonly Choice[];
  readonly default: string;
  readonly loop: false;
}

export interface MultipleSelection extends Question {
  readonly choices: readonly Choice[];
  readonly loop: false;
  readonly pageSize: number;
}

/** The kinds of questions; each rejects if no answer can arrive. */
export interface Prompts {
  readonly confirm: (question: Confirmation, context: Context) => Promise<boolean>;
  /** Without white space around it. */
  readonly input: (question: TextQuestion, context: Context) => Promise<string>;
  readonly select: (question: Selection, context: Context) => Promise<string>;
  readonly checkbox: (question: MultipleSelection, context: Context) => Promise<string[]>;
}
