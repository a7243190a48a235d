import { verifiedBase } from '../project/base.ts';
import { idInHeader, withoutHeader } from '../project/header.ts';
import type { FileRecord } from '../project/manifest.ts';
import { basePath } from '../project/state-folder.ts';
import { hasConflictMarkers, inFormOf, plainText } from '../project/text.ts';
import { formattedKey, type OnDisk, onDisk, textOnDisk, type WorkingTree } from '../project/working-tree.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import { type Conflict, type Decision, type Entry, READ_ONLY, refuse } from './entry.ts';
import { placeAfter, whereItLies } from './file-places.ts';
import { mergeTexts, mergeWithoutBase, type Overlapping } from './merge.ts';

/** What happens to a generated file, given its base, the text on disk and the new text. */
export function planFile(next: RenderedFile, record: FileRecord | undefined, tree: WorkingTree): Entry {
  const lies = whereItLies(next, record, tree);
  const path = placeAfter(next, record, tree);
  const disk = onDisk(tree, lies);
  const wasDeleted = record?.state === 'deleted';
  const decideFrom = (base: string | undefined) =>
    decide(disk, formsOf({ base, next: next.text, wasDeleted }, lies, tree));
  const first = decideFrom(knownBase(next, record, tree));
  // Only then, since imports that the user has not corrected yet differ from the moved base, as edits do.
  const isOverlap = first.action === 'conflict' && next.movedBase !== undefined;
  const second = isOverlap ? decideFrom(next.movedBase) : first;
  const outcome =
    first.action === 'conflict' && second.action === 'conflict' ? closer(first, second) : second;
  const entry = { id: next.id, path };
  if (path === lies || outcome.action === 'refuse') return { ...entry, path: lies, ...outcome };
  if (disk.kind !== 'file') return { ...entry, ...outcome };
  if (disk.link !== undefined) return { ...entry, path: lies, ...refuse(notMoved(disk.link, path)) };
  return { ...entry, ...relocate(outcome, lies, disk.text, onDisk(tree, path)) };
}

/**
 * If two branches changed the generated text, git merges their base texts, and neither manifest has the hash of the
 * result, nor its path if one of them moved it. If it equals the newly generated text, it was not edited.
 */
function knownBase(
  next: RenderedFile,
  record: FileRecord | undefined,
  tree: WorkingTree,
): string | undefined {
  const paths = record === undefined ? [] : [record.generatedPath, next.path];
  const isNext = paths.some((path) => plainText(textOnDisk(tree, basePath(path)) ?? '') === next.text);
  return isNext ? next.text : verifiedBase(record, tree);
}

/** An option moves the file: the new path gets the entry that the old path would have got. */
function relocate(
  outcome: Decision,
  from: string,
  was: string,
  target: OnDisk,
): Decision & { readonly from?: string } {
  if (target.kind === 'unusable') return refuse(`is where ${from} should move, but ${target.problem}`);
  if (target.kind === 'file')
    return refuse(`is in the way: ${from} should move there; move or remove one of them`);
  if ('text' in outcome || outcome.action === 'conflict') return { ...outcome, from };
  return { action: 'move', was, text: was, from };
}

const notMoved = (link: string, to: string): string =>
  `is a symbolic link to ${link}, and a move to ${to} would break it; replace the link with the file itself, then run again`;

interface Sides {
  readonly base: string | undefined;
  readonly next: string;
  readonly wasDeleted: boolean;
}

/** The three texts, each also as the project's formatter writes it; the same text if there is no formatter. */
interface Forms extends Sides {
  readonly formattedBase: string | undefined;
  readonly formattedNext: string;
  /** `formattedNext` with the line endings of the formatter. */
  readonly created: string;
}

/** As the project's formatter writes a text; the same text if there is no formatter. */
export const asFormatted = (text: string, path: string, tree: WorkingTree): string =>
  tree.formatted.get(formattedKey(path, text)) ?? text;

function formsOf(sides: Sides, path: string, tree: WorkingTree): Forms {
  const created = asFormatted(sides.next, path, tree);
  return {
    ...sides,
    formattedBase: sides.base === undefined ? undefined : plainText(asFormatted(sides.base, path, tree)),
    formattedNext: plainText(created),
    created,
  };
}

function decide(disk: OnDisk, forms: Forms): Decision {
  const { base, next, formattedBase, formattedNext, wasDeleted } = forms;
  if (disk.kind === 'unusable') return refuse(disk.problem, 2);
  if (disk.kind === 'absent') {
    return base !== undefined || wasDeleted
      ? { action: 'deleted', isChanged: base !== undefined && base !== next }
      : { action: 'create', text: forms.created };
  }
  const mine = plainText(disk.text);
  if (mine === next || mine === formattedNext) return { action: alreadySaid(base, next) };
  if (hasConflictMarkers(mine)) return refuse('has conflict markers; resolve them, then run again');
  const isMergeable = [mine, base ?? ''].every((text) => countLines(text) <= MAX_LINES);
  if (!isMergeable && mine !== base && base !== next) return refuse(TOO_LONG, 2);
  if (base === undefined || formattedBase === undefined) return untracked(disk.text, formattedNext);
  if (base === next) return { action: 'keep' };
  if (disk.isReadOnly) return READ_ONLY;
  if (mine === formattedBase) return rewrite('update', disk.text, formattedNext);
  if (mine === base) return rewrite('update', disk.text, next);
  return merge(disk.text, { ...forms, base, formattedBase });
}

/** The time to merge equal lines grows with the square of their number. */
const MAX_LINES = 5000;
const TOO_LONG = `has more than ${MAX_LINES} lines, too many to be merged; move it elsewhere, then run again`;

const countLines = (text: string): number => text.split('\n').length;

function alreadySaid(base: string | undefined, next: string): 'adopt' | 'unchanged' | 'advance' {
  if (base === undefined) return 'adopt';
  return base === next ? 'unchanged' : 'advance';
}

function rewrite(action: 'update' | 'merge', was: string, text: string): Decision {
  const after = inFormOf(was, text);
  // The user has made the same change.
  return after === was ? { action: 'keep' } : { action, was, text: after };
}

/** A file that was never formatted is closer to the unformatted texts. */
function merge(was: string, forms: Forms & { base: string; formattedBase: string }): Decision {
  const mine = plainText(was);
  // A header that the user has deleted would overlap with new imports below it.
  const asMine = (text: string) => (idInHeader(mine) ? text : withoutHeader(text));
  const mergeInto = (base: string, next: string) => mergeTexts(asMine(base), mine, asMine(next));
  const formatted = mergeInto(forms.formattedBase, forms.formattedNext);
  if (formatted.clean) return rewrite('merge', was, formatted.text);
  const plain = mergeInto(forms.base, forms.next);
  return plain.clean ? rewrite('merge', was, plain.text) : conflict('overlap', was, closer(formatted, plain));
}

/** Of two merges that overlap, the one with fewer lines between its markers. */
const closer = <M extends { readonly marked: string }>(one: M, other: M): M =>
  other.marked.length < one.marked.length ? other : one;

function untracked(was: string, next: string): Decision {
  const merged = mergeWithoutBase(plainText(was), next);
  return merged.clean ? { action: 'adopt' } : conflict('untracked', was, merged);
}

function conflict(reason: Conflict['reason'], was: string, merged: Overlapping): Conflict {
  const { hunks, mine, theirs, marked } = merged;
  const inForm = (text: string) => inFormOf(was, text);
  return {
    action: 'conflict',
    reason,
    was,
    hunks,
    mine: inForm(mine),
    theirs: inForm(theirs),
    marked: inForm(marked),
  };
}
