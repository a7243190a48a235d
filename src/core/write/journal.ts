import { UserError } from '../errors.ts';
import { plainObject } from '../project/json.ts';
import { isWritablePath } from '../project/paths.ts';

/** The changes of one run, stored next to the copies that undo them. */
export interface Journal {
  /** Part of the names of temporary files of the run; hexadecimal. */
  readonly run: string;
  readonly steps: readonly JournalStep[];
}

export interface JournalStep {
  readonly path: string;
  /** Undefined if there was no file. */
  readonly before: Saved | undefined;
  /** SHA-256 of the written content; undefined if the file is removed. */
  readonly after: string | undefined;
}

/** How to restore the old content: from a copy, or as the first bytes of the new one, which needs no copy. */
export type Saved = { readonly sha256: string; readonly mode: number } & (
  | { readonly kind: 'copy'; readonly name: string }
  | { readonly kind: 'prefix'; readonly bytes: number }
);

const HASH = /^[0-9a-f]{64}$/;

export function formatJournal(journal: Journal): string {
  return `${JSON.stringify(journal, undefined, 2)}\n`;
}

/** Reads a journal. It may have come with a repository, so it is not trusted to name only files of the project. */
export function parseJournal(text: string, path: string): Journal {
  const damaged = (): never => {
    throw new UserError(`${path} cannot be used: it was not written by this program. Delete it.`);
  };
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return damaged();
  }
  const { run, steps } = plainObject(found) ?? {};
  if (typeof run !== 'string' || !/^[0-9a-f]{12}$/.test(run) || !Array.isArray(steps)) return damaged();
  return { run, steps: steps.map((step) => parseStep(plainObject(step)) ?? damaged()) };
}

function parseStep(found: Readonly<Record<string, unknown>> | undefined): JournalStep | undefined {
  const { path, before, after } = found ?? {};
  if (typeof path !== 'string' || !isWritablePath(path)) return undefined;
  if (after !== undefined && !(typeof after === 'string' && HASH.test(after))) return undefined;
  if (before === undefined) return { path, before, after };
  const saved = parseSaved(plainObject(before) ?? {});
  return saved && { path, before: saved, after };
}

function parseSaved({
  kind,
  sha256,
  mode,
  name,
  bytes,
}: Readonly<Record<string, unknown>>): Saved | undefined {
  if (typeof sha256 !== 'string' || !HASH.test(sha256)) return undefined;
  if (typeof mode !== 'number' || !Number.isInteger(mode) || mode < 0 || mode > 0o777) return undefined;
  if (kind === 'copy' && typeof name === 'string' && /^\d{1,4}$/.test(name))
    return { kind, sha256, mode, name };
  if (kind === 'prefix' && typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 0) {
    return { kind, sha256, mode, bytes };
  }
  return undefined;
}
