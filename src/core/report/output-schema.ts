import { ACTIONS } from './report.ts';
/** The JSON Schema of what `--json` writes. */
export const outputSchema = (): object => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://unpkg.com/create-koa-mongo-session/schema/output.schema.json',
  title: 'What create-koa-mongo-session writes with --json',
  ...shape(
    {
      exitCode: {
        enum: [0, 1, 2, 3, 4, 5, 130, 143],
        description: 'The exit code of the process; see --help.',
      },
      warnings: texts('The warnings that were written to stderr.'),
    },
    {
      written: {
        type: 'boolean',
        description: 'Whether files were changed; missing where an unexpected error leaves that open.',
      },
      error: { ...shape({ message: text() }), description: 'Why the exit code is 1, 2, 4, 5, 130 or 143.' },
      text: text('Of --help and --version.'),
      files: { type: 'array', items: FILE, description: 'What was done to each file, or would be.' },
      notes: texts('What is good to know.'),
      upgrade: {
        ...shape({ from: text(), to: text() }),
        description: 'The versions of this program that wrote the project before and now.',
      },
      diff: text('With --diff: the changes in the unified format.'),
      steps: { type: 'array', items: STEP, description: 'What the user has to do next, in order.' },
      commands: texts('Those of all steps, to be run in a shell in this order.'),
      toFillIn: texts('Names in .env whose value only the user knows.'),
      mount: texts('The lines that mount the sessions in an existing app.'),
      mountIn: text('The file and line after which these lines belong, or the folder of that file.'),
      repeat: text('The command that repeats the run; without secrets.'),
    },
  ),
});

function text(description?: string): object {
  return { type: 'string', ...(description === undefined ? {} : { description }) };
}

function texts(description?: string): object {
  return { type: 'array', items: { type: 'string' }, ...(description === undefined ? {} : { description }) };
}

function shape(required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const LINE = { type: 'integer', minimum: 1 };

/** With those of undo. */
const ACTION_NAMES = [...ACTIONS, 'created', 'restored', 'removed'];

const FILE = shape(
  { path: text('Relative to the project, with /.'), action: { enum: ACTION_NAMES } },
  {
    id: text('Stays the same wherever the file is.'),
    from: text('Where the file was before.'),
    backup: text('Where the text of the user is backed up.'),
    reason: { enum: ['untracked', 'overlap'], description: 'Of a conflict.' },
    hunks: {
      type: 'array',
      items: shape({ line: LINE, base: texts(), mine: texts(), theirs: texts() }),
      description: 'Of a conflict: where both sides changed the same lines.',
    },
    lines: { type: 'array', items: LINE, description: 'Of markers: the lines at which they begin.' },
    problem: text('Of a file that is refused.'),
  },
);

const STEP = shape(
  { what: text(), commands: texts('To be run in a shell.') },
  {
    starts: { const: true, description: 'It starts the app.' },
    instead: texts('Commands that do the same without Docker.'),
    lines: texts('Places or lines of code.'),
  },
);
