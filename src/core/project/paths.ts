import { isOfState, STATE_DIR } from './state-folder.ts';

/** Contains secrets, so it is never copied. */
export const ENV_FILE = '.env';

const MAX_LENGTH = 400;

/** Files that belong to the user, or that are patched but never replaced. Compared in lower case. */
const NEVER_GENERATED = ['package.json', '.gitignore', ENV_FILE];
const NEVER_INSIDE = ['.git', 'node_modules', STATE_DIR];

/** Whether a generated file may have this path: inside the project, with `/`, and not in a folder of another program. */
export function isSafePath(path: string): boolean {
  const segments = path.toLowerCase().split('/');
  if (path.length === 0 || path.length > MAX_LENGTH) return false;
  if (!segments.every(isPlainSegment)) return false;
  return !isOfOthers(path) && !NEVER_GENERATED.includes(path.toLowerCase());
}

/** Whether a path is in a folder of git, of a package manager, or of this program's own state. */
export function isOfOthers(path: string): boolean {
  return path
    .toLowerCase()
    .split('/')
    .some((segment) => NEVER_INSIDE.includes(segment));
}

/** Whether a path is this place, or in this folder. */
export const isOrIsIn =
  (place: string) =>
  (path: string): boolean =>
    path === place || path.startsWith(`${place}/`);

const STATE_FILES = ['manifest.json', '.gitattributes', 'backup/.gitignore'].map(
  (name) => `${STATE_DIR}/${name}`,
);

/** Whether this program may write there at all: a generated file, a patched one, or its own state. */
export function isWritablePath(path: string): boolean {
  if (NEVER_GENERATED.includes(path) || STATE_FILES.includes(path)) return true;
  const kept = isOfState(path) ? /^[^/]+\/(?:base|backup)\/(.+)$/.exec(path)?.[1] : undefined;
  return isSafePath(kept ?? path);
}

/** Refuses `.` and `..`, names that are special on Windows, and characters that a terminal cannot show. */
function isPlainSegment(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false;
  if (/[\\:*?"<>|]|[. ]$/.test(segment)) return false;
  // V8 reads the tables of Unicode whenever it compiles a pattern with a Unicode class.
  return /^[ -~]*$/.test(segment) || !/\p{Cc}/u.test(segment);
}

/** A path of the project as a user types it: `./src/app.ts`, or with Windows separators. */
export const asProjectPath = (typed: string): string => typed.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
