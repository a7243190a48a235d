import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, 'peers', 'package.json');
const FOLDER = join(import.meta.dirname, '..', 'node_modules', '.cache', 'bench-peers');

/** Installs the packages to compare with, unless exactly these are installed already, and returns the folder. */
export function installPeers(): string {
  const wanted = readFileSync(SOURCE, 'utf8');
  const marker = join(FOLDER, 'node_modules', '.installed.json');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return FOLDER;
  mkdirSync(FOLDER, { recursive: true });
  copyFileSync(SOURCE, join(FOLDER, 'package.json'));
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  copyFileSync(SOURCE, marker);
  return FOLDER;
}

export const packageFolder = (name: string): string => join(installPeers(), 'node_modules', name);

export const versionOf = (name: string): string =>
  `${name} ${JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8')).version}`;

/** The file that the package's command runs. */
export function programOf(name: string): string {
  const { bin } = JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8'));
  return join(packageFolder(name), typeof bin === 'string' ? bin : bin[name]);
}
