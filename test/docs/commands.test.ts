import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import ownPackage from '../../package.json' with { type: 'json' };
import { allBlocks, DOCUMENTS, ROOT, textOf } from './documents.ts';
import { OURS, problemsOf } from './own-commands.ts';

interface Command {
  readonly document: string;
  readonly words: readonly string[];
  readonly text: string;
}

const commands: Command[] = [
  ...allBlocks('sh').flatMap(({ document, text }) =>
    text.split('\n').map((line) => ({ document, text: line.replace(/ +#.*$/, '').trim() })),
  ),
  ...DOCUMENTS.flatMap((document) =>
    [...textOf(document).matchAll(/(?<!`)`((?:npm (?:run|test)|npx) [^`]+)`(?!`)/g)].map(([, text = '']) => ({
      document,
      text,
    })),
  ),
]
  .filter(({ text }) => text !== '')
  .map((each) => ({ ...each, words: each.text.split(/ +/) }));

const generatedPackage = JSON.parse(textOf('test/golden/url/expected/package.json'));
const SCRIPTS = Object.keys({ ...ownPackage.scripts, ...generatedPackage.scripts });

/** Commands of other programs are not run. The test only checks that the files and scripts that they name exist. */
const CHECKS: readonly (readonly [RegExp, (match: RegExpExecArray) => void])[] = [
  [/^npm (?:run )?([\w:-]+)(?: -- .+)?$/, ([, script = '']) => expect(SCRIPTS).toContain(script)],
  // Packages that were measured for docs/compared.md, with the versions that it names.
  [/^npx (?:create-vite|sv|create-t3-app|create-next-app)\b/, () => {}],
  [/^npx vitest run (\S+)/, ([, file = '']) => expect(existsSync(join(ROOT, file))).toBe(true)],
  [/^npx (vitest)$/, ([, name = '']) => expect(existsSync(join(ROOT, 'node_modules', name))).toBe(true)],
];

describe('a command of a document', () => {
  test.each(commands.filter(({ text }) => OURS.test(text)))(
    '$document: the program accepts $text',
    ({ text }) => {
      expect(problemsOf(text)).toEqual([]);
    },
  );

  test.each(commands.filter(({ text }) => !OURS.test(text)))(
    '$document: $text names existing files and scripts',
    ({ text }) => {
      const matches = CHECKS.flatMap(([pattern, check]) => {
        const match = pattern.exec(text);
        return match ? [() => check(match)] : [];
      });
      expect(matches.length, 'a command that no check of this file knows').toBeGreaterThan(0);
      for (const check of matches) check();
    },
  );
});
