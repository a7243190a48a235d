import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { VERSIONS, wantedPackage } from '../../../src/core/patch/wanted-package.ts';
import { goldenNamed, goldens } from '../../support/goldens.ts';

test('asks for the very versions that the goldens are compiled and run with', () => {
  const installed = Object.entries(manifest.devDependencies).map(([name, version]) => [name, `^${version}`]);
  expect(installed).toEqual(expect.arrayContaining(Object.entries(VERSIONS)));
});

test('leaves the name, the type and the engines of an existing project alone', () => {
  for (const { settings } of goldens) {
    const { own } = wantedPackage(settings);
    expect(own === undefined).toBe(settings.project.kind === 'existing');
  }
});

test('gives an existing project no script that depends on its tsconfig', () => {
  const scripts = Object.keys(wantedPackage(goldenNamed('existing-with-app').settings).scripts);
  expect(scripts.toSorted()).toEqual(['dev', 'keys:new', 'migrate:sessions', 'test']);
});

test('gives a project without the app no script that would run one', () => {
  const withoutApp = goldens.filter(({ settings }) => !settings.app);
  expect(withoutApp.length).toBeGreaterThan(0);
  for (const { settings } of withoutApp) {
    expect(Object.keys(wantedPackage(settings).scripts)).not.toEqual(expect.arrayContaining(['dev']));
  }
});
