import { applies } from './applies.ts';
import { formatDuration } from './duration.ts';
import { flagName } from './flag-names.ts';
import { type MongoUrl, parseMongoUrl } from './mongodb-url.ts';
import { isNamespaceTooLong, NAMESPACE_BYTES } from './names.ts';
import { type Answers, fallback, OPTION_NAMES, type OptionName, optionOf, type Values } from './options.ts';
import type { ProjectFacts } from './project-facts.ts';

export interface Problem {
  readonly option: string;
  /** Worded to follow `--option: `. */
  readonly rule: string;
}

/** Every rule that the answers break. Does not report missing answers. */
export const problemsIn = (answers: Answers): readonly Problem[] => check(answers).problems;

/** The same for complete answers, since a default may also contradict a given answer. */
export const problemsInAll = (answers: Answers, facts: ProjectFacts): readonly Problem[] =>
  problemsIn(withDefaults(answers, facts));

export const withDefaults = (answers: Answers, facts: ProjectFacts): Answers => {
  const fallbacks = OPTION_NAMES.filter(
    (name) => answers[name] === undefined && !optionOf(name).required && applies(name, answers),
  ).map((name) => [name, fallback(optionOf(name), facts, answers)]);
  return { ...answers, ...Object.fromEntries(fallbacks) };
};

interface Checked {
  readonly values: Values;
  readonly url: MongoUrl | undefined;
  readonly problems: readonly Problem[];
}

/** The values of the answers, and the rules that they break. */
export function check(answers: Answers): Checked {
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
      'must not be that of --adopt-collection: the indexes of one would end the sessions of the other; give another one, such as koa_sessions',
    ],
    [
      values.adopt !== undefined && values.legacyCookie === false,
      'legacyCookie',
      'cannot be turned off with --adopt: the old cookies would not be found',
    ],
    [
      absoluteTtl !== undefined && ttl !== undefined && absoluteTtl < ttl,
      'absoluteTtl',
      `${formatDuration(absoluteTtl ?? 0)} must not be shorter than --ttl, ${formatDuration(ttl ?? 0)}`,
    ],
    [
      touchAfter !== undefined && ttl !== undefined && touchAfter >= ttl,
      'touchAfter',
      `${formatDuration(touchAfter ?? 0)} must be shorter than --ttl, ${formatDuration(ttl ?? 0)}, or sessions in use would end`,
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, name, rule]) => ({ option: flagName(name), rule }));
}
