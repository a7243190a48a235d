import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedNode } from './published-node.ts';

const RELEASE = '20.20.2';

/** Kept between runs: Wine takes half a minute to create it. */
const WINE_HOME = join(import.meta.dirname, '../../node_modules/.cache/wine');

/** Runs a command as on Windows, and returns its output. */
type RunOnWindows = (
  command: readonly string[],
  cwd: string,
) => { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export interface Windows {
  readonly run: RunOnWindows;
  /** The path of Node. */
  readonly node: string;
}

/** Windows, as Wine emulates it; undefined, with the reason printed, if there is no Wine. */
export async function windows(): Promise<Windows | undefined> {
  if (spawnSync('wine', ['--version']).error) {
    console.warn('There is no Wine here: what runs on Windows is skipped.');
    return undefined;
  }
  const node = await publishedNode(RELEASE, 'win-x64');
  if (node === undefined) return undefined;
  mkdirSync(WINE_HOME, { recursive: true });
  return { run, node: asWindowsPath(node) };
}

/** The Windows path of a file on this machine. */
export const asWindowsPath = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

/** Into files, since Node for Windows cannot use Wine's pipes. */
const run: RunOnWindows = ([file = '', ...args], cwd) => {
  const outputs = ['stdout', 'stderr'].map((name) => join(cwd, '..', name));
  const files = outputs.map((path) => openSync(path, 'w'));
  const { status } = spawnSync('wine', [file, ...args], {
    cwd,
    stdio: ['ignore', ...files],
    env: {
      PATH: process.env.PATH,
      HOME: WINE_HOME,
      WINEPREFIX: WINE_HOME,
      WINEDEBUG: '-all',
      NODE_SKIP_PLATFORM_CHECK: '1',
    },
  });
  files.forEach(closeSync);
  const [stdout = '', stderr = ''] = outputs.map((path) => readFileSync(path, 'utf8').replaceAll('\r', ''));
  // When a prefix is first used, Wine prints messages about its setup.
  return { exitCode: status, stdout, stderr: stderr.replace(/^wine: .*\n/gm, '') };
};
