import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, versionOf } from '../peers.ts';
import type { Section } from '../report.ts';
import { SUBJECT } from '../subject.ts';

const PEERS = ['create-vite', 'create-hono', 'sv', 'create-t3-app'];

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

/** The size that npm downloads and unpacks for each package, without its dependencies. */
export async function weight(): Promise<Section> {
  const packages = [
    ['create-koa-mongo-session', SUBJECT],
    ...PEERS.map((name) => [name, packageFolder(name)]),
  ] as const;
  return {
    title: 'Weight',
    text: 'What npm downloads and unpacks, in kB of 1,000 bytes. The goals are 150 packed and 560 unpacked.',
    columns: ['', 'packed', 'unpacked', 'files', 'further packages'],
    rows: packages.map(([name = '', folder = '']) => {
      const { size, unpackedSize, entryCount } = pack(folder);
      return [name, kB(size), kB(unpackedSize), String(entryCount), String(dependencies(folder))];
    }),
    versions: PEERS.map(versionOf),
  };
}

function pack(folder: string): Packed {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = Object.values<Packed>(
    JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8' })),
  );
  if (packed === undefined) throw new Error(`npm packs nothing in ${folder}`);
  return packed;
}

const kB = (bytes: number): string => (bytes / 1000).toFixed(0);

const dependencies = (folder: string): number =>
  Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies ?? {}).length;
