import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { filesIn, run, runAtTerminal, temporaryFolder } from '../support/program.ts';
import { sample } from '../support/sampling.ts';
import { linesTooLong, screenOf, styledCells } from '../support/screen.ts';
import { KEYS } from '../support/terminal.ts';

/*
 * Whole conversations: each folder in test/cli/conversations has the keys that are typed (conversation.json) and the
 * final screens at 40 and 80 columns. `--mode exhaustive --update` rewrites all the screens.
 */
const FOLDER = join(import.meta.dirname, 'conversations');

interface Conversation {
  /** Earlier runs in the project. */
  readonly before?: readonly (readonly string[])[];
  /** Existing files, and programs in the PATH. */
  readonly files?: Readonly<Record<string, string>>;
  /** Texts in files that are replaced after the earlier runs; `<version>` is the version of the program. */
  readonly edits?: readonly { readonly path: string; readonly from: string; readonly to: string }[];
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** [text to wait for, keys to type then]: special keys are written as <enter>. */
  readonly keys: readonly (readonly [seen: string, typed: string])[];
  readonly exitCode: number;
  /** Whether the run must write nothing. */
  readonly writesNothing?: true;
}

/** A fixed path, since its length decides where lines are broken. */
const SHOWN_PARENT = '/tmp';

const WAYS = [
  { columns: 40, isColoured: false },
  { columns: 80, isColoured: false },
  { columns: 40, isColoured: true },
];

interface Case {
  readonly name: string;
  readonly conversation: Conversation;
  readonly columns: number;
  readonly isColoured: boolean;
}

const CASES: readonly Case[] = readdirSync(FOLDER).flatMap((name) => {
  const conversation: Conversation = JSON.parse(
    readFileSync(join(FOLDER, name, 'conversation.json'), 'utf8'),
  );
  const ways = WAYS.filter(({ isColoured }) => !isColoured || conversation.env?.TERM !== 'dumb');
  return ways.map((way) => ({ ...way, name, conversation }));
});

/** Half of the conversations, each in one variant; in an exhaustive run, all in all variants. */
const variants = sample(CASES, 1, ({ name }) => name);
const tried = sample(variants, variants.length / 2);
const named = (isColoured: boolean) => tried.filter((each) => each.isColoured === isColoured);

test.each(named(false))('$name, at $columns columns', async ({ name, conversation, columns }) => {
  const plain = await converse(conversation, columns, { NO_COLOR: '1' });
  const screen = told(await screenOf(plain, columns));
  await expect(screen).toMatchFileSnapshot(join(FOLDER, name, `screen-${columns}.txt`));
  expect(await styledCells(plain, columns)).toBe(0);
  // Only texts to be copied, such as commands, and rows of the list of files may be broken by the terminal.
  expect(
    (await linesTooLong(plain, columns)).filter(
      (line) => !/^ {2}(?!note:|-|\d)|^\S+ *$|^[+~*!-] /.test(line),
    ),
  ).toEqual([]);
});

test.each(named(true))(
  '$name, at $columns columns, the same with colour',
  async ({ name, conversation, columns }) => {
    const colourful = await converse(conversation, columns, { FORCE_COLOR: '1' });
    const screen = told(await screenOf(colourful, columns));
    await expect(screen).toMatchFileSnapshot(join(FOLDER, name, `screen-${columns}.txt`));
    expect(await styledCells(colourful, columns)).toBeGreaterThan(0);
  },
);

/** Runs the conversation, and returns everything that the terminal received. */
async function converse(
  { before = [], files = {}, edits = [], args, env = {}, keys, exitCode, writesNothing }: Conversation,
  columns: number,
  colour: Readonly<Record<string, string>>,
): Promise<string> {
  const cwd = await temporaryFolder(SHOWN_PARENT);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text, { mode: 0o755 });
  }
  for (const flags of before) expect(await run(flags, { cwd })).toMatchObject({ exitCode: 0 });
  for (const { path, from, to } of edits) {
    const text = readFileSync(join(cwd, path), 'utf8');
    const found = from.replace('<version>', manifest.version);
    expect(text).toContain(found);
    writeFileSync(join(cwd, path), text.replace(found, to));
  }
  const found = await filesIn(cwd);
  const terminal = runAtTerminal(args, {
    cwd,
    columns,
    env: { PATH: `${join(cwd, 'bin')}:/usr/bin:/bin`, ...env, ...colour },
  });
  for (const [seen, typed] of keys) {
    await terminal.sees(seen);
    terminal.type(typed.replace(/<(\w+)>/g, (_, key: keyof typeof KEYS) => KEYS[key]));
  }
  expect(await terminal.ended, terminal.screen).toMatchObject({ exitCode });
  if (writesNothing) expect(await filesIn(cwd)).toEqual(found);
  return terminal.rawOutput;
}

/** Without texts that differ between runs, and without the list of files, which is tested elsewhere. */
const told = (screen: string): string =>
  screen
    .replace(/(\bin|…) \d+ s\b/g, '$1 0 s')
    .replace(/(?<=session |Update |→ )\d+\.\d+\.\d+/g, '0.0.0')
    .replace(/create-koa-mongo-session-\w{6}/g, 'create-koa-mongo-session-XXXXXX')
    .replace(/(?:^\+ created +\S+\n)+/gm, '+ created  …\n')
    .replace(/\d+ (?=created|unchanged)/g, 'N ');
