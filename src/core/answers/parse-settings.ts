import { applies } from './applies.ts';
import { check, withDefaults } from './check.ts';
import { formatDuration } from './duration.ts';
import type { MongoUrl } from './mongodb-url.ts';
import { isOldStore, ofVersion } from './old-stores.ts';
import { type Answers, isRemembered, OPTION_NAMES, optionOf, type Values } from './options.ts';
import { managerFor } from './package-manager.ts';
import type { ProjectFacts } from './project-facts.ts';
import type { Connection, Secrets, Settings } from './settings.ts';

/** The result of checking the answers. */
export interface ParsedAnswers {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** The answers as they are saved: all that apply, written as in a flag or JSON, without secrets. */
  readonly answers: Answers;
}

/** The answers must be complete and valid; the caller has to check that first. */
export function parseSettings(answers: Answers, facts: ProjectFacts): ParsedAnswers {
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

/** The store in the version that the project uses. */
const withVersion = (answers: Answers, { packages }: ProjectFacts): Answers =>
  isOldStore(answers.adopt) ? { ...answers, adopt: ofVersion(answers.adopt, packages) } : answers;

const isLegacyCookie = ({ adopt, legacyCookie }: Values): boolean =>
  adopt !== undefined || legacyCookie === true;

function required<T, Name extends keyof T & string>(values: T, name: Name): NonNullable<T[Name]> {
  const value = values[name];
  if (value === undefined || value === null) throw new Error(`no answer for ${name}`);
  return value;
}

function connectionOf(values: Values, url: MongoUrl | undefined): Connection {
  const style = required(values, 'connection');
  if (style === 'url') return { style, url: required({ url: url?.shown }, 'url') };
  if (style !== 'host') return { style };
  return {
    style,
    host: required(values, 'host'),
    port: required(values, 'port'),
    database: required(values, 'db'),
    tls: required(values, 'tls'),
    login:
      values.username === undefined
        ? undefined
        : { username: values.username, authSource: required(values, 'authSource') },
  };
}

function settingsOf(values: Values, url: MongoUrl | undefined, facts: ProjectFacts): Settings {
  const extension = required(values, 'importExtension');
  const collection = url?.collection ?? required(values, 'collection');
  return {
    connection: connectionOf(values, url),
    collection,
    ttl: required(values, 'ttl'),
    absoluteTtl: values.absoluteTtl,
    touchAfter: values.touchAfter,
    rolling: required(values, 'rolling'),
    userKey: values.userKey,
    encrypt: required(values, 'encrypt'),
    onConcurrentWrite: required(values, 'onConcurrentWrite'),
    cookieName: required(values, 'cookieName'),
    legacyCookie: isLegacyCookie(values),
    adopt: values.adopt && {
      store: values.adopt,
      collection: required(values, 'adoptCollection'),
    },
    dir: required(values, 'dir'),
    importExtension: extension === 'auto' ? facts.importExtension : extension,
    app: required(values, 'app'),
    project: {
      kind: facts.kind,
      name: facts.name,
      kept: facts.kept,
      manager: values.packageManager ?? facts.packageManager,
      language: facts.language,
      modules: facts.modules,
      samples: facts.samples,
      inherited: facts.inherited,
      sharesDriver: facts.sharesDriver,
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

/** With null for each optional answer that is off: git merges a new line only if the next one has not changed. */
export const inFull = (answers: Answers): Answers =>
  Object.fromEntries(
    OPTION_NAMES.filter(
      (name) => answers[name] !== undefined || (optionOf(name).optional && applies(name, answers)),
    ).map((name) => [name, answers[name] ?? null]),
  );
