import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { DOCUMENTS, ROOT, textOf } from './documents.ts';

/** The anchor of a heading on git hosts. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const withoutBlocks = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');

const anchorsIn = (path: string): string[] =>
  [...withoutBlocks(textOf(path)).matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const linksIn = (path: string): string[] =>
  [...withoutBlocks(textOf(path)).matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g)].map(
    ([, markdown, html]) => markdown ?? html ?? '',
  );

const cases = DOCUMENTS.flatMap((path) => [...new Set(linksIn(path))].map((link) => ({ path, link })));

describe('a link of a document', () => {
  test.each(cases.filter(({ link }) => !/^https?:/.test(link)))(
    '$path: the target of $link exists',
    ({ path, link }) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      expect(existsSync(join(ROOT, target))).toBe(true);
      if (anchor !== undefined) expect(anchorsIn(target)).toContain(anchor);
    },
  );

  test.each(cases.filter(({ link }) => /^https?:/.test(link)))(
    '$path: $link is a complete URL',
    ({ link }) => {
      expect(new URL(link)).toMatchObject({ protocol: 'https:', username: '', password: '' });
    },
  );
});

test('the page of the package on npm finds what the README links to, in the repository', () => {
  const [, repository] = /^github:(.*)$/.exec(manifest.repository) ?? [];
  expect(manifest.bugs.url).toBe(`https://github.com/${repository}/issues`);
});
