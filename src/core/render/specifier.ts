import { folderOf } from './rendered-file.ts';

export const EXTENSIONS = { ts: '.ts', js: '.js', none: '' } as const;

/** `./store.ts`, `../src/session/store.ts`: from one file of the project to another. */
export function specifier(from: string, to: string, ext: string): string {
  let folder = folderOf(from);
  let up = '';
  while (!to.startsWith(folder)) {
    folder = folderOf(folder.slice(0, -1));
    up += '../';
  }
  return (up || './') + to.slice(folder.length).replace(/\.ts$/, ext);
}
