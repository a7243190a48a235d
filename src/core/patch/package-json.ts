import { applyEdits, type FormattingOptions, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import { isTooDeep } from '../answers/nesting.ts';
import { UserError } from '../errors.ts';
import { refuseMarkers } from '../plan/merge.ts';
import { plainObject } from '../project/json.ts';
import { developmentPackages, packageEntries } from '../project/packages.ts';
import { indentOf, lineEndOf, markOf, plainText } from '../project/text.ts';
import type { WantedPackage } from './wanted-package.ts';

export interface PatchedPackageJson {
  readonly text: string;
  readonly notes: readonly string[];
}

const PATCHED_BLOCKS = ['scripts', 'dependencies', 'devDependencies'] as const;
type Block = (typeof PATCHED_BLOCKS)[number];
type Names = Readonly<Record<string, unknown>>;

/**
 * Adds missing entries, in the format of the file. Existing entries are never changed, only reported.
 *
 * @param before what the answers of the run before asked for; undefined on the first run
 * @throws UserError for conflict markers, or if the file is not a valid package.json, or has a block that npm does not read
 */
export function patchPackageJson(
  raw: string | undefined,
  wanted: WantedPackage,
  before?: WantedPackage,
): PatchedPackageJson {
  if (raw === undefined) return { text: created(wanted), notes: [] };
  const mark = markOf(raw);
  refuseMarkers('package.json', plainText(raw));
  const found = parse(raw.slice(mark.length));
  const installed = packageEntries(found);
  const additions = [
    ...missing('scripts', wanted.scripts, found.scripts),
    ...missing('dependencies', wanted.dependencies, installed),
    ...missing('devDependencies', wanted.devDependencies, installed),
  ];
  if (additions.length > 0) refuseLongLine(raw);
  const text = additions.reduce(insert, raw.slice(mark.length));
  return {
    text: mark + text,
    notes: [
      ...scriptNotes(found.scripts, wanted, before?.scripts),
      ...productionNotes(found, wanted),
      ...leftoverNotes(found, wanted, before),
    ],
  };
}

function created({ own, ...blocks }: WantedPackage): string {
  return `${JSON.stringify({ ...own, ...blocks }, undefined, 2)}\n`;
}

function parse(text: string): Names & Record<Block, Names> {
  if (isTooDeep(text)) return damaged('is nested too deeply');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return damaged(`is not JSON (${(error as Error).message})`);
  }
  const found = plainObject(value) ?? damaged('must contain one JSON object');
  refuseTwice(text);
  const block = (name: Block) =>
    found[name] === undefined
      ? {}
      : (plainObject(found[name]) ?? damaged(`has "${name}", which must be an object`));
  return {
    ...found,
    scripts: block('scripts'),
    dependencies: block('dependencies'),
    devDependencies: block('devDependencies'),
  };
}

function damaged(problem: string): never {
  throw new UserError(`package.json ${problem}. Fix it, then run again.`);
}

/** An addition would go into the first of two equal blocks, but npm reads the last one. */
function refuseTwice(text: string): void {
  const keys = parseTree(text)?.children?.map(({ children }) => children?.[0]?.value);
  const twice = PATCHED_BLOCKS.find((name) => keys?.indexOf(name) !== keys?.lastIndexOf(name));
  if (twice === undefined) return;
  throw new UserError(
    `package.json has "${twice}" twice, and npm reads only the last one. Merge them, then run again.`,
  );
}

/** The edited line is reformatted, in time that grows with the square of its length. */
const MAX_LINE = 100_000;

function refuseLongLine(text: string): void {
  if (text.split('\n').every((line) => line.length <= MAX_LINE)) return;
  throw new UserError(
    `package.json has a line of more than ${MAX_LINE} characters. Break it into lines, then run again.`,
  );
}

interface Addition {
  readonly path: readonly [Block, string];
  readonly value: string;
}

function missing(block: Block, wanted: Readonly<Record<string, string>>, present: Names): Addition[] {
  return Object.entries(wanted)
    .filter(([name]) => !Object.hasOwn(present, name))
    .map(([name, value]) => ({ path: [block, name], value }));
}

function insert(text: string, { path, value }: Addition): string {
  const [block, name] = path;
  const tree = parseTree(text);
  const isThere = tree !== undefined && findNodeAtLocation(tree, [block]) !== undefined;
  const edits = modify(text, [...path], value, {
    formattingOptions: formattingOf(text),
    // A missing block is inserted as a whole.
    getInsertionIndex: (names) => (isThere ? insertionIndex(block, names, name) : names.length),
  });
  return applyEdits(text, edits);
}

/** Sorted dependencies stay sorted, as with npm; otherwise, new ones go last. */
function insertionIndex(block: Block, names: readonly string[], name: string): number {
  const isSorted = names.every((other, index) => index === 0 || (names[index - 1] ?? '') <= other);
  const after = names.findIndex((other) => other > name);
  return block === 'scripts' || !isSorted || after < 0 ? names.length : after;
}

function formattingOf(text: string): FormattingOptions {
  const indent = indentOf(text);
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.length, eol: lineEndOf(text) };
}

/** A script that the run before asked for, too, is as its owner wants it. */
function scriptNotes(present: Names, { scripts }: WantedPackage, before: Names = {}): string[] {
  return Object.entries(scripts)
    .filter(([name]) => Object.hasOwn(present, name))
    .filter(([name, command]) => ![before[name], ...Object.values(present)].includes(command))
    .map(
      ([name, command]) =>
        `package.json already has a script "${name}"; for this one, add \`${command}\` under another name, or in its place.`,
    );
}

function productionNotes(found: Names, { dependencies }: WantedPackage): string[] {
  const misplaced = developmentPackages(found).filter((name) => Object.hasOwn(dependencies, name));
  if (misplaced.length === 0) return [];
  return [
    `package.json: move ${misplaced.join(', ')} from devDependencies to dependencies, for the sessions in production.`,
  ];
}

/**
 * Entries that only earlier answers needed, unchanged since. In an existing project, the owner may have added the
 * packages.
 */
function leftoverNotes(
  found: Names & Record<Block, Names>,
  wanted: WantedPackage,
  before = wanted,
): string[] {
  const scripts = Object.entries(before.scripts)
    .filter(([name, command]) => !Object.hasOwn(wanted.scripts, name) && found.scripts[name] === command)
    .map(([name]) => name);
  const packages = Object.keys(packagesIn(before)).filter(
    (name) => !Object.hasOwn(packagesIn(wanted), name) && Object.hasOwn(packageEntries(found), name),
  );
  const left = [
    ...listed('scripts', scripts),
    ...(wanted.own === undefined ? [] : listed('packages', packages)),
  ];
  if (left.length === 0) return [];
  return [
    `package.json still has entries that the sessions no longer need (${left.join('; ')}). Remove what you do not use.`,
  ];
}

const packagesIn = ({ dependencies, devDependencies }: WantedPackage): Names => ({
  ...dependencies,
  ...devDependencies,
});

const listed = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];
