import type { Settings } from '../answers/settings.ts';
import { UserError } from '../errors.ts';
import type { Patch } from '../plan/plan.ts';
import type { KoaSource } from '../project/koa-app.ts';
import { inFormOf, plainText } from '../project/text.ts';
import type { Project } from '../project/working-tree.ts';
import { EXTENSIONS, specifier } from '../render/render.ts';

const TEST = /(?:^|\/)(?:tests?|__tests__|spec)\/|\.(?:test|spec)\.\w+$/;

/**
 * The edit that mounts the sessions where the app is created; undefined if they are mounted already.
 *
 * @param textOf the text on disk
 * @throws UserError if the file, the line or the connection is not certain
 */
export function patchApp(
  settings: Settings,
  { koaSources, databases }: Pick<Project, 'koaSources' | 'databases'>,
  textOf: (path: string) => string | undefined,
): Patch | undefined {
  if (settings.app) throw refused('the app that --app writes already has them');
  const source = theOnly(koaSources.filter(({ path, app }) => app !== undefined && !TEST.test(path)));
  const raw = textOf(source.path);
  if (raw === undefined || source.app === undefined) throw refused(`${source.path} cannot be read`);
  const lines = plainText(raw).split('\n');
  const from = specifier(source.path, `${settings.dir}/index.ts`, EXTENSIONS[settings.importExtension]);
  if (isMounted(lines, from, source.app.name)) return undefined;
  if (source.sessions) {
    throw refused(
      `${source.path}:${source.sessions.line} has other sessions (${source.sessions.name}); remove them, with their options, first`,
    );
  }
  const at = source.app.line - 1;
  const made = lines[at] ?? '';
  if (source.app.name === undefined)
    throw refused(`the app at ${source.path}:${source.app.line} has no name`);
  if (source.app.within === 'field') {
    throw refused(
      `the app at ${source.path}:${source.app.line} is a field of a class; call sessions() with \`${source.app.name}\` at the start of its constructor`,
    );
  }
  if (source.app.within === 'class') {
    throw refused(
      `the app at ${source.path}:${source.app.line} is a class that extends Koa; call sessions() with \`this\` in its constructor, directly after \`super()\``,
    );
  }
  if (source.app.within === 'chain' || !endsOnItsLine(made)) {
    throw refused(
      `the statement that creates the app at ${source.path}:${source.app.line} continues after that line`,
    );
  }
  const argument = argumentOf(settings, source, lines.slice(0, at), databases);
  const end = made.trimEnd().endsWith(';') ? ';' : '';
  const quote = /(?:from|require\()\s*(")/.test(lines.find((line) => /['"]koa['"]/.test(line)) ?? '')
    ? '"'
    : "'";
  const taken =
    source.syntax === 'import'
      ? `import { sessions } from ${quote}${from}${quote}${end}`
      : `const { sessions } = require(${quote}${from}${quote})${end}`;
  const call = `${/^\s*/.exec(made)?.[0] ?? ''}sessions(${source.app.name}${argument})${end}`;
  const head = lastModuleLine(lines.slice(0, at)) + 1;
  const edited = [...lines.slice(0, head), taken, ...lines.slice(head, at + 1), call, ...lines.slice(at + 1)];
  return { id: 'own-app', path: source.path, text: inFormOf(raw, edited.join('\n')), notes: [] };
}

/** Whether the file has this import, or imports the same module by another name, such as an alias. */
function isMounted(lines: readonly string[], from: string, app: string | undefined): boolean {
  const isCall = (line: string) => line.replaceAll(' ', '').includes(`sessions(${app}`);
  return lines.some((line) => line.includes(`'${from}'`) || line.includes(`"${from}"`) || isCall(line));
}

const refused = (reason: string): UserError =>
  new UserError(`--mount: ${reason}. Nothing was written; without --mount, the lines to add are shown.`);

function theOnly(sources: readonly KoaSource[]): KoaSource {
  const [source, other] = sources;
  if (source === undefined) throw refused('no file was found that creates an app with `new Koa()`');
  if (other === undefined) return source;
  throw refused(`${sources.map(({ path, app }) => `${path}:${app?.line}`).join(' and ')} each create an app`);
}

const STATEMENT =
  /^(?:export\s+)?(?:(?:const|let|var)\s+)?[\w$.]+\s*(?::[^=]*)?=.*\bnew\s+(?:[\w$]+|\(require\(['"]koa['"]\)\))(?:<.*>)?(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\)?;?$/;

/** Whether a statement begins and ends on one line: `const app = new Koa({ proxy: true });`. */
function endsOnItsLine(line: string): boolean {
  const code = line.replace(/\/\/.*$/, '').trim();
  const count = (sign: string) => code.split(sign).length;
  const isBalanced = count('(') === count(')') && count('{') === count('}') && count('[') === count(']');
  return isBalanced && STATEMENT.test(code);
}

/**
 * The second argument: a name in the file that can only mean the connection.
 *
 * @param above the lines above the app
 * @param databases where the project names a database
 */
function argumentOf(
  { connection }: Settings,
  { path, database }: KoaSource,
  above: readonly string[],
  databases: readonly string[],
): string {
  const text = above.join('\n');
  if (connection.style === 'mongoose') {
    const name =
      /(?:import\s+(?:\*\s+as\s+)?([\w$]+)[^;'"]*from|([\w$]+)\s*=\s*require\()\s*['"]mongoose['"]/.exec(
        text,
      );
    const mongoose = name?.[1] ?? name?.[2];
    if (mongoose === undefined || /(?:createConnection|useDb)\s*\(/.test(text)) {
      throw refused(`${path} does not say which Mongoose connection the sessions should use`);
    }
    return `, ${mongoose}.connection`;
  }
  if (connection.style !== 'db') return '';
  if (database.kind === 'known') return `, ${database.expression}`;
  const [named] = databases;
  if (database.kind === 'client' && named === undefined) return `, ${database.client}.db()`;
  const hint = named === undefined ? '' : `, and ${named} names one`;
  throw refused(`${path} does not say which database the sessions should use${hint}`);
}

/** The last line of the imports; -1 if there are none. */
function lastModuleLine(lines: readonly string[]): number {
  let at = lastModule(lines);
  while (at >= 0 && goesOn(lines, at)) at += 1;
  return at;
}

/** Whether a declaration continues with more names in the next line. */
const goesOn = (lines: readonly string[], at: number): boolean =>
  at + 1 < lines.length && (/,\s*(?:\/\/.*)?$/.test(lines[at] ?? '') || /^\s*[,.]/.test(lines[at + 1] ?? ''));

function lastModule(lines: readonly string[]): number {
  return lines.findLastIndex((line) =>
    /^(?:import\b.*['"]|\}\s*from\s*['"]|\}\s*=\s*require\s*\(|(?:const|let|var)\b.*=\s*require\s*\(|['"]use strict['"])/.test(
      line,
    ),
  );
}
