import { applies, isGiven, styleOf } from './applies.ts';
import { flagName } from './flag-names.ts';
import { type Answers, isRemembered, OPTION_NAMES, type OptionName, optionOf } from './options.ts';
import type { ConnectionStyle } from './styles.ts';

/** The style, if it was not given: `--url` and `--host` imply one; the others do only if nothing is saved. */
function inferStyle(given: Answers, saved: Answers): unknown {
  if (isGiven(given, 'connection')) return given.connection;
  if (isGiven(given, 'url')) return 'url';
  if (isGiven(given, 'host')) return 'host';
  if (isGiven(saved, 'connection')) return saved.connection;
  return (['port', 'db', 'username', 'authSource', 'tls'] as const).some((name) => isGiven(given, name))
    ? 'host'
    : undefined;
}

/** Given answers override saved ones. Given answers that do not fit the style are dropped. */
export function combineAnswers(
  given: Answers,
  saved: Answers,
): { readonly answers: Answers; readonly warnings: readonly string[] } {
  const connection = inferStyle(given, saved);
  const style = styleOf({ connection });
  const kept = onlyAnswers(
    saved,
    (name) =>
      isRemembered(name) &&
      (optionOf(name).styles === undefined || (saved.connection === connection && !isGiven(given, 'url'))),
  );
  const all: Answers = {
    ...kept,
    ...onlyAnswers(given, () => true),
    ...(connection === undefined ? {} : { connection }),
  };

  const isUnused = (name: OptionName): boolean =>
    style !== undefined &&
    optionOf(name).styles !== undefined &&
    // The check refuses these: `--connection host --url …`, and `--auth-source` without a user.
    !(style === 'host' && (name === 'url' || name === 'authSource')) &&
    !applies(name, all);
  const unused = OPTION_NAMES.filter((name) => isGiven(given, name) && isUnused(name));
  const isUsed = (name: OptionName): boolean =>
    isGiven(given, name) ? !unused.includes(name) : applies(name, all);
  return {
    answers: onlyAnswers(all, isUsed),
    warnings: [
      ...(unused.length === 0 ? [] : [unusedWarning(style, unused)]),
      ...(given.autoReconnect === true
        ? ['--auto-reconnect changes nothing: the driver always reconnects']
        : []),
    ],
  };
}

const onlyAnswers = (answers: Answers, wanted: (name: OptionName) => boolean): Answers =>
  Object.fromEntries(
    OPTION_NAMES.filter((name) => isGiven(answers, name) && wanted(name)).map((name) => [
      name,
      answers[name],
    ]),
  );

function unusedWarning(style: ConnectionStyle | undefined, unused: readonly OptionName[]): string {
  const hint = style === 'url' ? '; change the URL instead' : '';
  return `not used with --connection ${style}: ${unused.map(flagName).join(', ')}${hint}`;
}
