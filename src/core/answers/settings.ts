import { managerFor, type Problem } from './answers.ts';
import { applies } from './applies.ts';
import { formatDuration } from './duration.ts';
import { flagName } from './flag-names.ts';
import type { PackageManager } from './managers.ts';
import { type MongoUrl, parseMongoUrl } from './mongodb-url.ts';
import { isNamespaceTooLong, NAMESPACE_BYTES } from './names.ts';
import { isOldStore, type OldStore, ofVersion } from './old-stores.ts';
import {
  type Answers,
  fallback,
  isRemembered,
  OPTION_NAMES,
  type OptionName,
  optionOf,
  type Values,
} from './options.ts';
import type { ProjectFacts } from './project-facts.ts';

/** How the generated code reaches MongoDB. The type rules out combinations that make no sense. */
export type Connection =
  | {
      readonly style: 'url';
      /** Without credentials and without the legacy collection segment: what `.env.example` shows. */
      readonly url: string;
    }
  | {
      readonly style: 'host';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly tls: boolean;
      /** The password is only ever read from the environment of the generated project. */
      readonly login: { readonly username: string; readonly authSource: string } | undefined;
    }
  | { readonly style: 'db' }
  | { readonly style: 'mongoose' };

/** Answers that were checked: all that the templates need to know. Durations are whole seconds. */
export interface Settings {
  readonly connection: Connection;
  readonly collection: string;
  readonly ttl: number;
  readonly absoluteTtl: number | undefined;
  readonly touchAfter: number | undefined;
  readonly rolling: boolean;
  readonly userKey: string | undefined;
  readonly encrypt: boolean;
  readonly onConcurrentWrite: 'merge' | 'overwrite' | 'throw';
  readonly cookieName: string;
  /** Keeps the cookie of an earlier app: no `__Host-`, and SHA-1 signatures are accepted. On while adopting. */
  readonly legacyCookie: boolean;
  /** The store whose sessions are taken over, and their collection. */
  readonly adopt: { readonly store: OldStore; readonly collection: string } | undefined;
  /** Folder of the session files, relative to the project, with `/` and no `.` or `..` segment. */
  readonly dir: string;
  /** The path of the migration script, if it is there already. */
  readonly migration?: string;
  /** How the project's own imports end; `auto` is already replaced, by its tsconfig. */
  readonly importExtension: 'ts' | 'js' | 'none';
  /** Whether the bootstrap (`src/app.ts`, `src/server.ts`, its test) is written. */
  readonly app: boolean;
  /**
   * In a new project, this program writes tsconfig, README and compose file; in an existing one, they belong to the
   * user.
   */
  readonly project: ProjectSettings;
}

export interface ProjectSettings
  extends Pick<ProjectFacts, 'kind' | 'name' | 'kept' | 'language' | 'modules' | 'hadSamples' | 'inherited'> {
  /** The package manager that runs its scripts. */
  readonly manager: PackageManager;
  /** Whether the sessions were once in another collection, from which the migration script can copy them. */
  readonly copiesSessions: boolean;
}

/** Environment variables with a secret value, only for `.env`: never in state, output or errors. */
export type Secrets = Readonly<Record<string, string>>;

/** The result of checking the answers. */
export interface CheckedAnswers {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The answers as they are saved: all that apply, written as in a flag or JSON, without secrets. */
  readonly answers: Answers;
}

interface Checked {
  readonly values: Values;
  readonly url: MongoUrl | undefined;
  readonly problems: readonly Problem[];
}

/** Every rule that the answers break. Does not report missing answers. */
export const problemsIn = (answers: Answers): readonly Problem[] => check(answers).problems;

/** The same for complete answers, since a default may also contradict a given answer. */
export const problemsInAll = (answers: Answers, facts: ProjectFacts): readonly Problem[] =>
  problemsIn(withDefaults(answers, facts));

/** The answers must be complete and valid; the caller has to check that first. */
export function parseSettings(answers: Answers, facts: ProjectFacts): CheckedAnswers {
  const complete = withDefaults(withVersion(answers, facts), facts);
  const { values, url, problems } = check(complete);
  if (problems.length > 0) throw new Error('answers with problems have no settings');
  return {
    settings: settingsOf(values, url, facts),
    secrets: url?.secret === undefined ? {} : { MONGODB_URL: url.secret },
    // Not an answer for the next run, but its fallback if the project does not name a package manager.
    answers: { ...remembered(values, url), packageManager: managerFor(answers, facts) },
  };
}

/** The values for `.env` from this run: also a new URL, even if it contains no secret. */
export function valuesForEnv({ connection }: Settings, secrets: Secrets, saved: Answers): Secrets {
  const isNewUrl = connection.style === 'url' && connection.url !== saved.url;
  return isNewUrl ? { MONGODB_URL: connection.url, ...secrets } : secrets;
}

/** Warnings about settings that are allowed but do less than they seem to. */
export function doubtsAbout({ touchAfter, rolling, userKey }: Settings, saved: Answers): readonly string[] {
  const isIdle = touchAfter !== undefined && !rolling;
  const isOtherUser = saved.userKey !== undefined && userKey !== undefined && userKey !== saved.userKey;
  return [
    ...(isIdle
      ? [
          '--touch-after has almost no effect without --rolling: sessions are then renewed only after half of --ttl',
        ]
      : []),
    ...(isOtherUser
      ? [
          '--user-key has changed: until the step in mongosh is done, listByUser and destroyByUser find sessions under their old users',
        ]
      : []),
  ];
}

/** The store in the version that the project uses. */
const withVersion = (answers: Answers, { packages }: ProjectFacts): Answers =>
  isOldStore(answers.adopt) ? { ...answers, adopt: ofVersion(answers.adopt, packages) } : answers;

const isLegacyCookie = ({ adopt, legacyCookie }: Values): boolean =>
  adopt !== undefined || legacyCookie === true;

const withDefaults = (answers: Answers, facts: ProjectFacts): Answers => {
  const fallbacks = OPTION_NAMES.filter(
    (name) => answers[name] === undefined && !optionOf(name).required && applies(name, answers),
  ).map((name) => [name, fallback(optionOf(name), facts, answers)]);
  return { ...answers, ...Object.fromEntries(fallbacks) };
};

function check(answers: Answers): Checked {
  const { values, problems } = checkEach(answers);
  const url =
    values.connection === 'url' && values.url !== undefined
      ? parseMongoUrl(values.url, values.db)
      : undefined;
  if (url && 'problem' in url)
    return { values, url: undefined, problems: [...problems, { option: '--url', rule: url.problem }] };
  return { values, url: url?.value, problems: [...problems, ...checkTogether(answers, values, url?.value)] };
}

function checkEach(answers: Answers): { values: Values; problems: Problem[] } {
  const problems: Problem[] = [];
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const name of OPTION_NAMES) {
    const option = optionOf(name);
    const answer = answers[name];
    if (answer === undefined || (answer === null && option.optional)) continue;
    const parsed = option.parse(answer);
    if ('problem' in parsed) problems.push({ option: flagName(name), rule: parsed.problem });
    else values[name] = parsed.value;
  }
  // Each value comes from the parser of its own row.
  return { values: values as Values, problems };
}

/** The rules between answers: what must hold, the option to change, and the rule in words. */
function checkTogether(answers: Answers, values: Values, url: MongoUrl | undefined): Problem[] {
  const { connection, collection, ttl, absoluteTtl, touchAfter } = values;
  const database = connection === 'url' ? url?.database : values.db;
  const rules: readonly (readonly [boolean, OptionName, string])[] = [
    [
      values.url !== undefined && connection === 'host',
      'url',
      'does not go with --connection host: give one of the two',
    ],
    [
      values.authSource !== undefined && connection === 'host' && !applies('authSource', answers),
      'authSource',
      'needs --username',
    ],
    [
      url?.collection !== undefined && collection !== undefined && url.collection !== collection,
      'collection',
      'differs from the collection that the URL names in its second segment: give one of the two',
    ],
    [
      database !== undefined && isNamespaceTooLong(database, url?.collection ?? collection ?? ''),
      'collection',
      `must be at most ${NAMESPACE_BYTES} bytes long together with the database`,
    ],
    [
      values.adoptCollection !== undefined && !applies('adoptCollection', answers),
      'adoptCollection',
      'needs --adopt',
    ],
    [
      values.adopt !== undefined &&
        values.adoptCollection !== undefined &&
        values.adoptCollection === (url?.collection ?? collection),
      'collection',
      'must not be the one of the old sessions, which --adopt-collection names, since the indexes of one would end the sessions of the other: give another one, such as koa_sessions',
    ],
    [
      values.adopt !== undefined && values.legacyCookie === false,
      'legacyCookie',
      'cannot be turned off with --adopt: the old cookies would not be found',
    ],
    [
      absoluteTtl !== undefined && ttl !== undefined && absoluteTtl < ttl,
      'absoluteTtl',
      `must not be shorter than --ttl, ${formatDuration(ttl ?? 0)}`,
    ],
    [
      touchAfter !== undefined && ttl !== undefined && touchAfter >= ttl,
      'touchAfter',
      `must be shorter than --ttl, ${formatDuration(ttl ?? 0)}, or sessions in use would end`,
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, name, rule]) => ({ option: flagName(name), rule }));
}

function required<T>(value: T | undefined, name: OptionName): T {
  if (value === undefined) throw new Error(`no answer for ${name}`);
  return value;
}

function connectionOf(values: Values, url: MongoUrl | undefined): Connection {
  const style = required(values.connection, 'connection');
  if (style === 'url') return { style, url: required(url?.shown, 'url') };
  if (style !== 'host') return { style };
  return {
    style,
    host: required(values.host, 'host'),
    port: required(values.port, 'port'),
    database: required(values.db, 'db'),
    tls: required(values.tls, 'tls'),
    login:
      values.username === undefined
        ? undefined
        : { username: values.username, authSource: required(values.authSource, 'authSource') },
  };
}

function settingsOf(values: Values, url: MongoUrl | undefined, facts: ProjectFacts): Settings {
  const extension = required(values.importExtension, 'importExtension');
  const collection = url?.collection ?? required(values.collection, 'collection');
  return {
    connection: connectionOf(values, url),
    collection,
    ttl: required(values.ttl, 'ttl'),
    absoluteTtl: values.absoluteTtl,
    touchAfter: values.touchAfter,
    rolling: required(values.rolling, 'rolling'),
    userKey: values.userKey,
    encrypt: required(values.encrypt, 'encrypt'),
    onConcurrentWrite: required(values.onConcurrentWrite, 'onConcurrentWrite'),
    cookieName: required(values.cookieName, 'cookieName'),
    legacyCookie: isLegacyCookie(values),
    adopt: values.adopt && {
      store: values.adopt,
      collection: required(values.adoptCollection, 'adoptCollection'),
    },
    dir: required(values.dir, 'dir'),
    importExtension: extension === 'auto' ? facts.importExtension : extension,
    app: required(values.app, 'app'),
    project: {
      kind: facts.kind,
      name: facts.name,
      kept: facts.kept,
      manager: values.packageManager ?? facts.packageManager,
      language: facts.language,
      modules: facts.modules,
      hadSamples: facts.hadSamples,
      inherited: facts.inherited,
      copiesSessions:
        facts.couldCopy || ![undefined, collection, values.adoptCollection].includes(facts.collectionBefore),
    },
  };
}

/** If there is a URL, its database and collection are remembered only as part of it. */
function remembered(values: Values, url: MongoUrl | undefined): Answers {
  const shown = {
    ...values,
    legacyCookie: isLegacyCookie(values),
    ...(url && { url: url.shown, collection: url.collection ?? values.collection, db: undefined }),
  };
  const entries = OPTION_NAMES.filter((name) => shown[name] !== undefined && isRemembered(name)).map(
    (name) => {
      const value = shown[name];
      return [
        name,
        optionOf(name).kind === 'duration' && typeof value === 'number' ? formatDuration(value) : value,
      ];
    },
  );
  return Object.fromEntries(entries);
}
