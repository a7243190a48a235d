import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { packageOf } from './package-of.ts';

const FILE = 'THIRD-PARTY-LICENSES.txt';
const RULE = `\n\n${'-'.repeat(80)}\n\n`;
const INTRODUCTION = 'Parts of these packages are in the files of this folder.';

/** Adds a file with the licence of every package that has come into the bundle: most ask for that. */
export function thirdPartyLicenses() {
  return {
    name: 'third-party-licenses',
    generateBundle(_, output) {
      const modules = Object.values(output).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(
        modules.map((id) => packageOf(id)?.folder).filter((folder) => folder !== undefined),
      );
      const source = [INTRODUCTION, ...[...folders].map(licenseOf).sort()].join(RULE);
      this.emitFile({ type: 'asset', fileName: FILE, source: `${source}\n` });
    },
  } satisfies Plugin;
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0) throw new Error(`${folder} has no licence text to hand on`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
