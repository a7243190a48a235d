import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { packageOf } from './package-of.ts';

const FILE = 'THIRD-PARTY-LICENSES.txt';
const RULE = `\n\n${'-'.repeat(80)}\n\n`;
const INTRODUCTION = 'Parts of these packages are in the files of this folder.';

/** Adds a file with the licence of every bundled package, as most licences require. */
export function thirdPartyLicenses() {
  return {
    name: 'third-party-licenses',
    generateBundle(_, output) {
      const modules = Object.values(output).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(
        modules.map((id) => packageOf(id)?.folder).filter((folder) => folder !== undefined),
      );
      const source = [INTRODUCTION, ...texts([...folders].flatMap(licensesOf))].join(RULE);
      this.emitFile({ type: 'asset', fileName: FILE, source: `${source}\n` });
    },
  } satisfies Plugin;
}

/** Of a licence, which the line with the name of the package says as well. */
const TITLE = /^(\W*(the )?(mit|isc) license.*)?$/i;

interface License {
  /** The package, and the lines of its own, such as those that name the copyright holders. */
  readonly from: string;
  readonly terms: string;
}

function licensesOf(folder: string): License[] {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0) throw new Error(`${folder} has no licence text to hand on`);
  return files.map((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim().split('\n');
    // Of the MIT and ISC licences.
    const start = lines.findIndex((line) => /^permission /i.test(line));
    const isOwn = (line: string, at: number): boolean =>
      at < start ? !TITLE.test(line) : /^\s*copyright (\(c\)|©|\d)/i.test(line);
    return {
      from: [
        `${name} ${version} (${license})`,
        ...lines.filter(isOwn).map((line) => `  ${line.trim()}`),
      ].join('\n'),
      terms: lines
        .filter((line, at) => at >= start && !isOwn(line, at))
        .join('\n')
        .trim(),
    };
  });
}

/** Identical terms appear once, below all the packages that use them. */
function texts(licenses: readonly License[]): string[] {
  const groups = new Map<string, License[]>();
  for (const license of licenses.toSorted((one, other) => one.from.localeCompare(other.from))) {
    const words = license.terms.replace(/\W+/g, ' ').trim();
    groups.set(words, [...(groups.get(words) ?? []), license]);
  }
  return [...groups.values()].map((group) =>
    [...group.map(({ from }) => from), group[0]?.terms].join('\n\n'),
  );
}
