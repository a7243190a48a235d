import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packPeer, packSubject } from '../pack.ts';
import { packageFolder, versionOf } from '../peers.ts';
import type { Section } from '../report.ts';
import { SUBJECT } from '../subject.ts';

const PEERS = ['create-vite', 'create-hono', 'sv', 'create-t3-app'];

/** The size that npm downloads and unpacks for each package, without its dependencies. */
export async function weight(): Promise<Section> {
  const packages = [
    ['create-koa-mongo-session', SUBJECT, packSubject('--dry-run')],
    ...PEERS.map((name) => [name, packageFolder(name), packPeer(name, '--dry-run')] as const),
  ] as const;
  return {
    title: 'Weight',
    text: 'What npm downloads and unpacks, in kB of 1,000 bytes. The goals are 150 packed and 560 unpacked.',
    columns: ['', 'packed', 'unpacked', 'files', 'further packages'],
    rows: packages.map(([name, folder, { size, unpackedSize, entryCount }]) => [
      name,
      kB(size),
      kB(unpackedSize),
      String(entryCount),
      String(dependencies(folder)),
    ]),
    versions: PEERS.map(versionOf),
  };
}

const kB = (bytes: number): string => (bytes / 1000).toFixed(0);

const dependencies = (folder: string): number =>
  Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies ?? {}).length;
