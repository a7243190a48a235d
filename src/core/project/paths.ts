const MAX_LENGTH = 400;

/** Files that are the user's, or are patched and never replaced. Compared in lower case. */
const NEVER_GENERATED = ['package.json', '.gitignore', '.env'];
const NEVER_INSIDE = ['.git', 'node_modules', '.koa-mongo-session'];

/** Whether a generated file may lie at this path: inside the project, with `/`, and where no one else's files are. */
export function isSafePath(path: string): boolean {
  const segments = path.toLowerCase().split('/');
  if (path.length === 0 || path.length > MAX_LENGTH) return false;
  if (!segments.every(isPlainSegment)) return false;
  return !isOfOthers(path) && !NEVER_GENERATED.includes(path.toLowerCase());
}

/** Whether a path lies in a folder of git, of a package manager, or of what this program keeps for itself. */
export function isOfOthers(path: string): boolean {
  return path
    .toLowerCase()
    .split('/')
    .some((segment) => NEVER_INSIDE.includes(segment));
}

const STATE_FILES = ['manifest.json', '.gitattributes', 'backup/.gitignore'].map(
  (name) => `.koa-mongo-session/${name}`,
);

/** Whether this program may write there at all: a generated file, a patched one, or what it keeps for itself. */
export function isWritablePath(path: string): boolean {
  if (NEVER_GENERATED.includes(path) || STATE_FILES.includes(path)) return true;
  const kept = /^\.koa-mongo-session\/(?:base|backup)\/(.+)$/.exec(path)?.[1];
  return isSafePath(kept ?? path);
}

/** Refuses `.` and `..`, what Windows gives a meaning of its own, and what no terminal can show. */
function isPlainSegment(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false;
  return !/[\\:*?"<>|\p{Cc}]|[. ]$/u.test(segment);
}

/** A path of the project as somebody types it: `./src/app.ts`, or with the separators of Windows. */
export const asProjectPath = (typed: string): string => typed.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
