import { escaped } from '../project/code.ts';
import { inFormOf, plainText, withLastLineEnded } from '../project/text.ts';

/** Adds names that git does not ignore yet, in the format of the file. Only names such as `.env`, `dist/` or `.pnp.*`. */
export function patchGitignore(raw: string | undefined, wanted: readonly string[]): string {
  const before = raw ?? '';
  const text = plainText(before);
  const missing = wanted.filter((name) => !isIgnored(text.split('\n'), name));
  if (missing.length === 0) return before;
  return inFormOf(before, withLastLineEnded(text) + missing.map((line) => `${line}\n`).join(''));
}

/**
 * The last matching line decides. It is hard to tell what a negation matches, so the name is added after any negation.
 */
function isIgnored(lines: readonly string[], name: string): boolean {
  const pattern = namesIt(name);
  const last = lines.findLast((line) => line.startsWith('!') || pattern.test(line.trimEnd()));
  return last !== undefined && !last.startsWith('!');
}

/** A pattern that ends in a slash is for directories only. */
function namesIt(name: string): RegExp {
  const literal = escaped(name.replace(/\/$/, ''));
  const end = name.endsWith('/') ? '(?:/|\\*|/\\*\\*?)?' : '\\*?';
  return new RegExp(`^(?:/|\\*\\*/)?\\*?${literal}${end}$`);
}
