import type { Settings } from '../answers/settings.ts';
import { UserError } from '../errors.ts';
import { refuseMarkers } from '../plan/merge.ts';
import type { Patch } from '../plan/plan.ts';
import { endOfStatement, withoutComments, withoutLiterals } from '../project/code.ts';
import { certainDatabase, defaultConnectionIn, madeConnection } from '../project/databases.ts';
import type { KoaApp } from '../project/koa-app.ts';
import { isForTests, type KoaSource, placesOfOthers } from '../project/koa-source.ts';
import { type Place, placeText } from '../project/place.ts';
import { inFormOf, plainText } from '../project/text.ts';
import type { Project } from '../project/working-tree.ts';
import { callOfSessions, moduleFor, OTHER_NAME, ownImport } from './imported-sessions.ts';
import { whereToMount } from './where-to-mount.ts';

/**
 * The edit that mounts the sessions where the app is created; undefined if they are mounted already.
 *
 * @param textOf the text on disk
 * @throws UserError if the file, the line or the connection is not certain
 */
export function patchApp(
  settings: Settings,
  { koaSources, databases, connections }: Pick<Project, 'koaSources' | 'databases' | 'connections'>,
  textOf: (path: string) => string | undefined,
): Patch | undefined {
  if (settings.app)
    throw new UserError('--mount: leave it out; the app that --app writes mounts the sessions');
  const source = theOnly(koaSources);
  const { path, app } = source;
  const raw = textOf(path);
  if (raw === undefined) throw refused(`${path} cannot be read`);
  if (callOfSessions(settings, koaSources)) return undefined;
  refuseTakenName(settings, source);
  const others = placesOfOthers(koaSources);
  if (others) throw refused(`there are other sessions at ${others}; remove them, with their options, first`);
  refuseMarkers(path, plainText(raw));
  const file = sourceFrom(plainText(raw));
  refuseUnlessPlain(source);
  const above = file.code.slice(0, app.line - 1).join('\n');
  const argument = argumentOf(settings, source, above, databases, madeConnection(connections)?.place);
  const text = withMount(source, file, moduleFor(settings, path), argument);
  return { id: 'own-app', path, text: inFormOf(raw, text), notes: [] };
}

/** The text with an import of the sessions, and their call directly after the statement that creates the app. */
function withMount(
  { path, syntax, app }: SourceOfApp,
  file: Source,
  module: string,
  argument: string,
): string {
  const { text, code } = file;
  const lines = text.split('\n');
  const head = headOf(file, app.line - 1, `${path}:${app.line}`);
  const made = code
    .slice(app.line - 1, app.end)
    .join('\n')
    .trimEnd();
  const end = made.endsWith(';') ? ';' : '';
  const quote = /(?:from|require\()\s*"/.test(lines.find((line) => /['"]koa['"]/.test(line)) ?? '')
    ? '"'
    : "'";
  const importing =
    syntax === 'import'
      ? `import { sessions } from ${quote}${module}${quote}`
      : `const { sessions } = require(${quote}${module}${quote})`;
  return [
    ...lines.slice(0, head),
    // A line that begins with a bracket would continue the import.
    `${importing}${/^\s*[([`]/.test(code.slice(head).join('\n')) ? ';' : end}`,
    ...lines.slice(head, app.end),
    `${/^\s*/.exec(made)?.[0] ?? ''}sessions(${app.name}${argument})${end}`,
    ...lines.slice(app.end),
  ].join('\n');
}

function refuseTakenName(settings: Settings, source: KoaSource): void {
  const { path, taken } = source;
  const own = ownImport(settings, source);
  if (own) {
    throw refused(
      `${path}:${own.line} imports \`${own.name}\`, and nothing calls it; call it with the app, or remove the import`,
    );
  }
  if (taken === undefined) return;
  throw refused(
    `${path}:${taken} already uses the name \`sessions\`; import the generated one under another name, such as \`${OTHER_NAME}\``,
  );
}

/** A call can follow only a statement that does nothing else than create the app. */
function refuseUnlessPlain({ path, app }: SourceOfApp): void {
  const place = `${path}:${app.line}`;
  if (app.name === undefined) throw refused(`the app at ${place} has no name`);
  if (app.within === undefined && app.isAlone) return;
  const where = whereToMount(app.within === undefined ? `${path}:${app.end}` : place, app.within);
  throw refused(
    `the app at ${place} is not created by a statement of its own; call sessions() with \`${app.name}\` ${where}`,
  );
}

const refused = (reason: string): UserError =>
  new UserError(
    `--mount: ${reason}. Nothing was written. A first run without --mount shows the lines to add, as does its guide.`,
  );

function theOnly(sources: readonly KoaSource[]): SourceOfApp {
  const source = sources.find(hasApp);
  if (source === undefined) throw refused('no file was found that creates an app with `new Koa()`');
  const places = placesOfApps(sources);
  if (places.length === 1) return source;
  throw refused(`${places.join(' and ')} each create an app`);
}

type SourceOfApp = KoaSource & { readonly app: KoaApp };

const hasApp = (source: KoaSource): source is SourceOfApp =>
  source.app !== undefined && !isForTests(source.path);

const placesOfApps = (sources: readonly KoaSource[]): readonly string[] =>
  sources
    .filter(hasApp)
    .flatMap(({ path, app: { line, other } }) =>
      [line, other].filter((each) => each !== undefined).map((each) => `${path}:${each}`),
    );

/** Said before the first run, whose advice is for only one of several apps. */
export function doubtsAboutApps(
  { app }: Settings,
  { koaSources, manifest }: Pick<Project, 'koaSources' | 'manifest'>,
): string[] {
  const places = placesOfApps(koaSources);
  if (app || manifest !== undefined || places.length < 2) return [];
  return [
    `${places.join(' and ')} each create an app. The session folder and the next steps are for ${places[0]}.`,
  ];
}

/**
 * The second argument: a name in the file that can only mean the connection.
 *
 * @param above the code above the app
 * @param databases where the project names a database
 * @param made where it makes a connection of Mongoose, if it does not open the default one
 */
function argumentOf(
  { connection }: Settings,
  { path, database }: KoaSource,
  above: string,
  databases: readonly Place[],
  made: string | undefined,
): string {
  if (connection.style === 'mongoose') {
    const expression = defaultConnectionIn(above);
    if (expression !== undefined && made === undefined && !/(?:createConnection|useDb)\s*\(/.test(above))
      return `, ${expression}`;
    const hint = made === undefined ? '' : `: it is made at ${made}`;
    throw refused(`${path} does not say which Mongoose connection the sessions should use${hint}`);
  }
  if (connection.style !== 'db') return '';
  const expression = certainDatabase(database, databases);
  if (expression !== undefined) return `, ${expression}`;
  const [named] = databases;
  const hint = named === undefined ? '' : `, and ${placeText(named)} names one`;
  throw refused(`${path} does not say which database the sessions should use${hint}`);
}

const MODULE =
  /^\s*(?:import\b(?!\s*[.(])|(?:(?:const|let|var)\b[^(]*=\s*\(*\s*)?require\s*\(|(['"])use \w+\1)/;

/** A file, and its lines without comments, and without comments and literals. */
interface Source {
  readonly text: string;
  readonly code: readonly string[];
  readonly bare: readonly string[];
}

const sourceFrom = (text: string): Source => ({
  text,
  code: withoutComments(text).split('\n'),
  bare: withoutLiterals(text).split('\n'),
});

/**
 * The line above which the import belongs, counted from 0: below the last statement that ends above the app, is in no
 * other, and imports a module.
 */
function headOf({ text, code, bare }: Source, app: number, place: string): number {
  let head = /^(?:#!|\/\/\s*@ts-)/.test(text) ? 1 : 0;
  for (let at = 0; at < app; ) {
    const end = endOfStatement(bare, at);
    if (end === undefined) throw refused(`the brackets around the app at ${place} are not understood`);
    if (end < app && MODULE.test(code.slice(at, end + 1).join('\n'))) head = end + 1;
    at = end + 1;
  }
  return head;
}
