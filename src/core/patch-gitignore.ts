import { inFormOf, plainText } from './text.ts';

/** Adds what git does not ignore yet, in the form of the file. Plain names only, such as `.env` or `dist/`. */
export function patchGitignore(raw: string | undefined, wanted: readonly string[]): string {
  if (raw === undefined) return wanted.map((line) => `${line}\n`).join('');
  const text = plainText(raw);
  const missing = wanted.filter((name) => !isIgnored(text.split('\n'), name));
  if (missing.length === 0) return raw;
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const patched = start + missing.map((line) => `${line}\n`).join('');
  return inFormOf(raw, patched);
}

/** The last line that names it decides, as it does for git. */
function isIgnored(lines: readonly string[], name: string): boolean {
  const bare = name.replace(/\/$/, '');
  const last = lines
    .map((line) => line.trim())
    .findLast((line) => line.replace(/^!/, '').match(namesIt(bare)));
  return last !== undefined && !last.startsWith('!');
}

function namesIt(bare: string): RegExp {
  const literal = bare.replaceAll('.', '\\.');
  return new RegExp(`^(?:/|\\*\\*/)?${literal}(?:/|\\*|/\\*\\*?)?$`);
}
