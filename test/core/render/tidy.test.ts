import { expect, test } from 'vitest';
import { OLD_STORES, type OldStore } from '../../../src/core/answers/old-stores.ts';
import type { Settings } from '../../../src/core/answers/settings.ts';
import { renderFiles } from '../../../src/core/render/render.ts';
import { templates } from '../../../src/io/templates.ts';
import { FEATURES, PLAIN, STYLES } from '../../support/generated.ts';

const adopting = Object.keys(OLD_STORES).map((store) => ({
  ...FEATURES.all,
  adopt: { store: store as OldStore, collection: 'sessions' },
  legacyCookie: true,
}));

/** Every style, with each feature alone and with all of them, in new and existing projects. */
const ALL: readonly Settings[] = Object.values(STYLES).flatMap((connection) =>
  [...Object.values(FEATURES), ...adopting].flatMap((features) =>
    (['new', 'existing'] as const).flatMap((kind) =>
      [true, false].map((app) => ({
        ...PLAIN,
        ...features,
        connection,
        app,
        project: { ...PLAIN.project, kind },
      })),
    ),
  ),
);

test('no generated text has white space at the end of a line, or two empty lines in a row', () => {
  const texts = ALL.flatMap((settings) => renderFiles(settings, templates));
  const untidy = texts.filter(({ text }) => !isTidy(text));
  expect(texts.length).toBeGreaterThan(1000);
  expect(untidy.map(({ path }) => path)).toEqual([]);
});

const isTidy = (text: string): boolean =>
  !/[ \t\r]+$/m.test(text) && !text.includes('\n\n\n') && /^\S[\s\S]*\S\n$/.test(text);
