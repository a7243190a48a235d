import { isTooDeep } from '../answers/nesting.ts';
import { UserError } from '../errors.ts';
import { plainObject } from './json.ts';
import { isSafePath } from './paths.ts';
import { MANIFEST_PATH, STATE_DIR } from './state-folder.ts';
import { hasConflictMarkers, indentOf, plainText } from './text.ts';

const MANIFEST_SCHEMA = 'https://unpkg.com/create-koa-mongo-session/schema/manifest.schema.json';

/** Explains the folder to someone who sees it in a review. */
export const EXPLANATIONS: readonly (readonly [path: string, text: string])[] = [
  [`${STATE_DIR}/.gitattributes`, '* linguist-generated\n'],
  [
    `${STATE_DIR}/base/README.md`,
    `# The files as they were generated

create-koa-mongo-session keeps them to tell your edits from its own text when it is run again.
Commit them with the project. There is nothing to review: nothing imports, builds or runs them.
Without one of them, the next run takes your file for one of your own and asks before it writes.
`,
  ],
];

/** The state that is saved between runs. Contains no secrets. */
export interface Manifest {
  /** Version of the program that last wrote the project. */
  readonly generator: string;
  readonly project: 'new' | 'existing';
  readonly answers: Readonly<Record<string, unknown>>;
  readonly files: readonly FileRecord[];
}

export interface FileRecord {
  readonly id: string;
  /** The current path: the user may have moved the file. */
  readonly path: string;
  /** The path at which it was generated; its base text is kept under this path. */
  readonly generatedPath: string;
  /** Of the base text, in hexadecimal. */
  readonly sha256: string;
  readonly state: (typeof FILE_STATES)[number];
}

/** `deleted`: the user removed it, and it must not come back without a request. */
const FILE_STATES = ['written', 'deleted'] as const;

const MAX_FILES = 200;

/**
 * @param old the text on disk: its indentation is kept, and the whole text if its content is the same. Of the first
 *   manifest, another JSON file with the indentation to use
 */
export function formatManifest({ generator, project, answers, files }: Manifest, old = ''): string {
  const value = {
    $schema: MANIFEST_SCHEMA,
    schemaVersion: SCHEMA_VERSION,
    generator,
    project,
    answers,
    files,
  };
  if (old !== '' && contentOf(JSON.parse(plainText(old))) === contentOf(value)) return plainText(old);
  const indent = indentOf(old);
  const together = JSON.stringify({ answers }, undefined, indent).slice(1, -1).trimEnd();
  // git merges changes of two answers in two branches only if their lines are not adjacent.
  const apart = together.replaceAll(',\n', ',\n\n');
  return `${JSON.stringify(value, undefined, indent).replace(together, () => apart)}\n`;
}

/** What a manifest says, in any format. Earlier versions left out what is null. */
export const contentOf = (value: unknown): string => JSON.stringify(value, (_, each) => each ?? undefined);

/**
 * Reads a manifest of this or any earlier schema version. It comes from the project's repository, so it is not
 * trusted: anything that could lead a write outside of the project is refused with a `UserError`.
 *
 * @param generator version of the running program
 */
export function parseManifest(text: string, generator: string): Manifest {
  const found = migrate(parseJson(text), generator);
  return {
    generator: versionOf(found.generator, generator),
    project: parseOneOf(found.project, ['new', 'existing'] as const, 'project'),
    answers: withoutNull(plainObject(found.answers) ?? damaged('"answers" must be an object')),
    files: parseFiles(found.files),
  };
}

type Raw = Readonly<Record<string, unknown>>;

const withoutNull = (found: Raw): Raw =>
  Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));

function parseJson(text: string): Raw {
  if (hasConflictMarkers(plainText(text))) unsettled();
  if (isTooDeep(text)) return damaged('it is nested too deeply');
  try {
    return plainObject(JSON.parse(plainText(text))) ?? damaged('it must be one object');
  } catch (error) {
    if (error instanceof UserError) throw error;
    return damaged('it is not JSON');
  }
}

/** Each step migrates a manifest to the next schema version; the first one begins with version 1. */
const MIGRATIONS: readonly ((old: Raw) => Raw)[] = [
  /** Version 1 did not distinguish a moved file from one that was generated elsewhere. */
  (old) => ({
    ...old,
    files: records(old.files).map((file) => ({ ...file, generatedPath: file.path })),
  }),
];
const SCHEMA_VERSION = MIGRATIONS.length + 1;

function migrate(found: Raw, generator: string): Raw {
  const { schemaVersion } = found;
  if (typeof schemaVersion !== 'number' || !Number.isInteger(schemaVersion) || schemaVersion < 1) {
    return damaged('"schemaVersion" must be a whole number, 1 or more');
  }
  if (schemaVersion > SCHEMA_VERSION) tooNew(found.generator, generator);
  return MIGRATIONS.slice(schemaVersion - 1).reduce((old, step) => step(old), found);
}

function versionOf(found: unknown, generator: string): string {
  const release = releaseIn(found);
  const own = releaseIn(generator);
  if (typeof found !== 'string' || !release) return damaged('"generator" must be a version such as 1.2.3');
  if (own && release > own) tooNew(found, generator);
  return found;
}

function tooNew(found: unknown, generator: string): never {
  const wanted = typeof found === 'string' && releaseIn(found) ? found : 'latest';
  throw new UserError(
    `${MANIFEST_PATH} was written by a newer create-koa-mongo-session than this one (${generator}).\n` +
      `Run \`npx create-koa-mongo-session@${wanted}\` instead.`,
  );
}

/** A version without what marks a pre-release, in a form whose order is that of texts; undefined for any other value. */
const releaseIn = (found: unknown): string | undefined =>
  /^(\d{1,9}(?:\.\d{1,9}){2})(?:-[\w.-]{1,40})?$/
    .exec(typeof found === 'string' ? found : '')?.[1]
    ?.replace(/\d+/g, (part) => part.padStart(9, '0'));

function parseFiles(found: unknown): FileRecord[] {
  const files = records(found).map(parseFile);
  const keys = files.flatMap(({ id, path }) => [`id "${id}"`, `path "${path.toLowerCase()}"`]);
  const twice = keys.find((key, at) => keys.indexOf(key) < at);
  if (twice !== undefined) damaged(`"files" names ${twice} twice`);
  return files;
}

function records(found: unknown): Raw[] {
  if (!Array.isArray(found) || found.length > MAX_FILES) {
    return damaged(`"files" must be a list of at most ${MAX_FILES} records`);
  }
  return found.map((file) => plainObject(file) ?? damaged('each of "files" must be an object'));
}

function parseFile(found: Raw, index: number): FileRecord {
  const at = `files[${index}]`;
  return {
    id: matching(found.id, /^[a-z][a-z0-9-]{0,39}$/, `${at}.id`),
    path: projectPath(found.path, `${at}.path`),
    generatedPath: projectPath(found.generatedPath, `${at}.generatedPath`),
    sha256: matching(found.sha256, /^[0-9a-f]{64}$/, `${at}.sha256`),
    state: parseOneOf(found.state, FILE_STATES, `${at}.state`),
  };
}

function projectPath(found: unknown, at: string): string {
  if (typeof found !== 'string' || !isSafePath(found)) {
    return damaged(`"${at}" must be a path of this project that the program may write`);
  }
  return found;
}

function matching(found: unknown, pattern: RegExp, at: string): string {
  return typeof found === 'string' && pattern.test(found) ? found : damaged(`"${at}" must match ${pattern}`);
}

function parseOneOf<const T extends string>(found: unknown, values: readonly T[], at: string): T {
  return values.find((value) => value === found) ?? damaged(`"${at}" must be one of ${values.join(', ')}`);
}

/** A base and its hash have to come from the same side: this program has never generated any other text. */
function unsettled(): never {
  throw new UserError(
    `${MANIFEST_PATH} has conflict markers of git. Nothing was written. To resolve the conflict:
  1. git checkout --ours ${STATE_DIR}/base
  2. If a path there "does not have our version": git rm <that path>, then once more.
  3. In ${MANIFEST_PATH}, keep the upper side of each conflict; under "answers" keep the side that you want.
  4. Resolve the other files; for one that you never edited, git checkout --ours <path> is enough.
  5. Run this program again: it writes what is missing. If it reports such a file as kept or in conflict, git has mixed both sides in it: --restore <path>`,
    4,
  );
}

function damaged(problem: string): never {
  throw new UserError(
    `${MANIFEST_PATH} cannot be used: ${problem}.\n` +
      'Nothing was written. Restore the file from version control, or delete it to be asked about every file again.',
  );
}
