import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { VERSIONS, wantedPackage } from '../../../src/core/patch/wanted-package.ts';
import { FLOORS } from '../../../src/core/report/package-notes.ts';
import { goldenNamed, goldens } from '../../support/goldens.ts';

test('requires the versions with which the goldens are compiled and run', () => {
  const installed = Object.entries(manifest.devDependencies).map(([name, version]) => [name, `^${version}`]);
  expect(installed).toEqual(expect.arrayContaining(Object.entries(VERSIONS)));
});

test('does not change the name, the type and the engines of an existing project', () => {
  for (const { settings } of goldens) {
    const { own } = wantedPackage(settings);
    expect(own === undefined).toBe(settings.project.kind === 'existing');
  }
});

// A second Mongoose has a connection of its own, which is never opened, and npm installs nothing beside TypeORM 0.3.
test('takes the driver that a dependency or another package of the workspace has, otherwise the tested one', () => {
  for (const { settings } of goldens) {
    const name = settings.connection.style === 'mongoose' ? 'mongoose' : 'mongodb';
    const project = { ...settings.project, sharesDriver: true };
    const range = `^${FLOORS[name]?.join('.')}.0 || ${VERSIONS[name]}`;
    expect(wantedPackage({ ...settings, project }).dependencies).toMatchObject({ [name]: range });
    expect(wantedPackage(settings).dependencies).toMatchObject({ [name]: VERSIONS[name] });
  }
});

test('adds no script that depends on the tsconfig to an existing project', () => {
  const scripts = Object.keys(wantedPackage(goldenNamed('existing-with-app').settings).scripts);
  expect(scripts.toSorted()).toEqual(['dev', 'keys:new', 'migrate:sessions', 'test']);
});

test('adds no script that runs an app to a project without one', () => {
  const withoutApp = goldens.filter(({ settings }) => !settings.app);
  expect(withoutApp.length).toBeGreaterThan(0);
  for (const { settings } of withoutApp) {
    expect(Object.keys(wantedPackage(settings).scripts)).not.toEqual(expect.arrayContaining(['dev']));
  }
});

test('gives no script that needs a shell to expand a pattern or a variable: cmd.exe would not', () => {
  for (const { settings } of goldens) {
    for (const script of Object.values(wantedPackage(settings).scripts)) {
      expect(script.replace(/"[^"]*"/g, '')).not.toMatch(/[*?'$[{]|^\w+=/);
    }
  }
});
