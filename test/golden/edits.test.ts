import { describe, expect, test } from 'vitest';
import { mergeTexts } from '../../src/core/plan/merge.ts';
import { goldenNamed } from '../support/goldens.ts';

const PATH = 'src/session/index.ts';

/** What users are told to change, or will: none of it may stand in the way of an option. */
const EDITS = [
  {
    edit: 'a property of the session',
    from: '  views?: number;\n',
    to: '  views?: number;\n  cart?: string[];\n',
  },
  { edit: 'another lifetime', from: 'TTL = 14 *', to: 'TTL = 30 *' },
  { edit: 'a stricter cookie', from: "sameSite: 'lax'", to: "sameSite: 'strict'" },
];

const textOf = (name: string): string => goldenNamed(name).project[PATH] ?? '';

describe.each(EDITS)('$edit', ({ from, to }) => {
  test.each(['rolling', 'touch-after', 'absolute-ttl', 'user-key', 'encrypt'])('goes with %s', (option) => {
    const base = textOf('url');
    const mine = base.replace(from, to);
    expect(mine).not.toBe(base);
    const merged = mergeTexts(base, mine, textOf(option));
    expect(merged).toMatchObject({ clean: true, text: expect.stringContaining(to) });
  });
});
