import { describe, expect, test } from 'vitest';
import { mergeTexts } from '../../src/core/plan/merge.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';
import { goldenNamed } from '../support/goldens.ts';

const PATH = 'src/session/index.ts';

/** Edits that we recommend or expect: none of them may conflict with an option. */
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
  test.each(['rolling', 'touch-after', 'absolute-ttl', 'user-key', 'encrypt'])('works with %s', (option) => {
    const base = textOf('url');
    const mine = base.replace(from, to);
    expect(mine).not.toBe(base);
    const merged = mergeTexts(base, mine, textOf(option));
    expect(merged).toMatchObject({ clean: true, text: expect.stringContaining(to) });
  });
});

test('properties of an existing app, including the user, work with a user key', () => {
  const { settings, project } = goldenNamed('without-app');
  const base = project[PATH] ?? '';
  const withUserKey = renderFiles({ ...settings, userKey: 'userId' }, templates);
  const theirs = withUserKey.find(({ path }) => path === PATH)?.text ?? '';
  const own = 'export interface SessionData {\n  userId?: string;\n  views?: number;\n}\n';
  const mine = base.replace('export type SessionData = object;\n', own);
  expect(mine).not.toBe(base);
  const merged = mergeTexts(base, mine, theirs);
  expect(merged).toMatchObject({ clean: true, text: expect.stringContaining(own) });
});
