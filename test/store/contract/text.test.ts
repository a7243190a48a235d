import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../src/core/answers/settings.ts';
import { renderFiles } from '../../../src/core/render/render.ts';
import { templates } from '../../../src/io/templates.ts';
import { FEATURES, PLAIN, STYLES } from '../../support/generated.ts';

const FILES = ['store', 'sessions', 'payload', 'encryption', 'errors', 'types'];

/** The generated files that do not depend on the connection. */
function textOf(settings: Settings): string {
  const files = renderFiles(settings, templates).filter(({ id }) => FILES.includes(id));
  return files.map(({ text }) => text).join('\n');
}

describe.each(Object.entries(FEATURES))('the store, %s', (_name, feature) => {
  const settings: Settings = { ...PLAIN, ...feature };
  const text = textOf(settings);

  test('has the same text for every connection style', () => {
    const texts = Object.values(STYLES).map((connection) => textOf({ ...settings, connection }));
    expect(new Set(texts).size).toBe(1);
  });

  test('imports only Node modules and its own modules at run time', () => {
    const imports = [...text.matchAll(/^import (?!type )[^;]* from '([^']+)'/gms)].map(([, from]) => from);
    expect(imports).toContain('node:crypto');
    expect(imports.filter((from) => !/^(node:|\.\/)/.test(from ?? ''))).toEqual([]);
  });

  test.each([
    { words: /encrypt|cipher|promoteBuffers/i, isAskedFor: settings.encrypt },
    {
      words: /ByUser|userOf|userKey|UserSession|ended|isSameUser/,
      isAskedFor: settings.userKey !== undefined,
    },
    { words: /absolute/i, isAskedFor: settings.absoluteTtl !== undefined },
    { words: /touchAfter/, isAskedFor: settings.touchAfter !== undefined },
    { words: /merge|clash/i, isAskedFor: settings.onConcurrentWrite === 'merge' },
    { words: /CONCURRENT_WRITE/, isAskedFor: settings.onConcurrentWrite === 'throw' },
  ])('$words is in it only with its option', ({ words, isAskedFor }) => {
    expect(words.test(text)).toBe(isAskedFor);
  });
});
