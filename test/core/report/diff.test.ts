import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { unifiedDiff } from '../../../src/core/report/diff.ts';
import { plain } from '../../../src/core/report/paint.ts';
import { fc, runs } from '../../support/sampling.ts';

test('shows each change with three lines around it, and nearby changes together', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const after = lines.with(1, 'two').toSpliced(15, 1);
  expect(
    unifiedDiff({ path: 'a.ts', before: `${lines.join('\n')}\n`, after: `${after.join('\n')}\n` }, plain),
  ).toBe(
    [
      '--- a/a.ts',
      '+++ b/a.ts',
      '@@ -1,5 +1,5 @@',
      ' line 1',
      '-line 2',
      '+two',
      ' line 3',
      ' line 4',
      ' line 5',
      '@@ -13,7 +13,6 @@',
      ' line 13',
      ' line 14',
      ' line 15',
      '-line 16',
      ' line 17',
      ' line 18',
      ' line 19',
      '',
    ].join('\n'),
  );
});

test('shows only the names of .env', () => {
  const shown = unifiedDiff(
    { path: '.env', before: 'OLD=hidden\n', after: 'OLD=hidden\nAPP_KEYS=hidden\n' },
    plain,
  );
  expect(shown).toBe('.env: adds APP_KEYS (values are not shown)\n');
});

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 });
const someText = fc
  .tuple(lines, fc.boolean())
  .map(([all, isEnded]) => all.join('\n') + (isEnded && all.length > 0 ? '\n' : ''));

test('can be applied by patch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diff-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  fc.assert(
    fc.property(someText, someText, (before, after) => {
      fc.pre(before !== after && before !== '' && after !== '');
      writeFileSync(join(folder, 'a.ts'), before);
      const input = unifiedDiff({ path: 'a.ts', before, after }, plain);
      execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', '-'], {
        cwd: folder,
        input,
        stdio: 'pipe',
      });
      expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toBe(after);
    }),
    { numRuns: runs(60) },
  );
});
