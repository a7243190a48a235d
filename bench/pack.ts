import { execFileSync } from 'node:child_process';
import { versionOf } from './peers.ts';
import { SUBJECT } from './subject.ts';

/** What `npm pack --json` says of a package, sizes in bytes. */
export interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
  readonly integrity: string;
}

/** Packs the program that is measured. */
export const packSubject = (...flags: readonly string[]): Packed => pack(['--ignore-scripts', ...flags]);

/**
 * Fetches a peer as it was published. `npm pack` in the installed folder would apply its `files` again, which leaves
 * out the templates of create-vite.
 */
export const packPeer = (name: string, ...flags: readonly string[]): Packed =>
  pack([versionOf(name).replace(' ', '@'), ...flags]);

function pack(args: readonly string[]): Packed {
  const json = execFileSync('npm', ['pack', '--json', ...args], {
    cwd: SUBJECT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // A list, or by name, according to the version of npm.
  const [packed] = Object.values<Packed>(JSON.parse(json));
  if (packed === undefined) throw new Error(`npm pack ${args.join(' ')} packs nothing`);
  return packed;
}
