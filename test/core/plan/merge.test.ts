import { describe, expect, test } from 'vitest';
import { mergeTexts, mergeWithoutBase } from '../../../src/core/plan/merge.ts';
import { hasConflictMarkers } from '../../../src/core/project/text.ts';

const text = (...lines: string[]) => `${lines.join('\n')}\n`;
const BASE = text('one', 'two', 'three', 'four', 'five');

describe('three-way merge', () => {
  test('merges edits of different lines', () => {
    const mine = text('one', 'two', 'three', 'four', 'FIVE');
    const theirs = text('ONE', 'two', 'three', 'four', 'five');
    expect(mergeTexts(BASE, mine, theirs)).toEqual({
      clean: true,
      text: text('ONE', 'two', 'three', 'four', 'FIVE'),
    });
  });

  test('keeps one copy of an edit that both sides made', () => {
    const both = text('one', '2', 'three', 'four', 'five');
    expect(mergeTexts(BASE, both, both)).toEqual({ clean: true, text: both });
  });

  test('reports the line and both versions if edits overlap', () => {
    const mine = text('one', 'two', 'mine', 'four', 'five');
    const theirs = text('one', 'two', 'theirs', 'four', 'five');
    expect(mergeTexts(BASE, mine, theirs)).toEqual({
      clean: false,
      hunks: [{ line: 3, base: ['three'], mine: ['mine'], theirs: ['theirs'] }],
      mine,
      theirs,
      marked: text(
        'one',
        'two',
        '<<<<<<< mine',
        'mine',
        '||||||| base, as last generated',
        'three',
        '=======',
        'theirs',
        '>>>>>>> theirs, newly generated',
        'four',
        'five',
      ),
    });
  });

  test('resolves an overlap for either side, and keeps the merged rest', () => {
    const mine = text('ONE', 'two', 'mine', 'four', 'five');
    const theirs = text('one', 'two', 'theirs', 'four', 'FIVE');
    expect(mergeTexts(BASE, mine, theirs)).toMatchObject({
      mine: text('ONE', 'two', 'mine', 'four', 'FIVE'),
      theirs: text('ONE', 'two', 'theirs', 'four', 'FIVE'),
    });
  });

  test('treats adjacent edits as an overlap, like git', () => {
    const mine = text('one', 'two', 'mine', 'four', 'five');
    const theirs = text('one', 'theirs', 'three', 'four', 'five');
    expect(mergeTexts(BASE, mine, theirs).clean).toBe(false);
  });

  test('treats lines named like members of an object like any other', () => {
    const base = text('__proto__', 'constructor', 'toString');
    const mine = text('__proto__', 'constructor', 'toString', 'mine');
    expect(mergeTexts(base, mine, text('new', '__proto__', 'constructor', 'toString'))).toEqual({
      clean: true,
      text: text('new', '__proto__', 'constructor', 'toString', 'mine'),
    });
  });
});

test('reports every difference as a conflict if there is no base', () => {
  const merged = mergeWithoutBase(
    text('same', 'mine', 'same too'),
    text('same', 'theirs', 'same too', 'more'),
  );
  expect(merged).toMatchObject({
    clean: false,
    hunks: [
      { line: 2, mine: ['mine'], theirs: ['theirs'] },
      { line: 4, mine: [], theirs: ['more'] },
    ],
  });
});

test.each([
  ['of this program', mergeTexts('a\n', 'b\n', 'c\n'), true],
  ['in no file', { marked: BASE }, false],
  ['drawn under a heading', { marked: 'Heading\n=======\n' }, false],
  ['quoted in a text', { marked: 'the line `<<<<<<< mine` begins it\n' }, false],
])('markers %s', (_, merged, isMarked) => {
  expect(hasConflictMarkers('marked' in merged ? merged.marked : '')).toBe(isMarked);
});
