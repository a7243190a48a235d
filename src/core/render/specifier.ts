export const EXTENSIONS = { ts: '.ts', js: '.js', none: '' } as const;

/** `./store.ts`, `../src/session/store.ts`: from one file of the project to another. */
export function specifier(from: string, to: string, ext: string): string {
  let folder = from.slice(0, from.lastIndexOf('/') + 1);
  let up = '';
  while (!to.startsWith(folder)) {
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
    up += '../';
  }
  return (up || './') + to.slice(folder.length).replace(/\.ts$/, ext);
}
