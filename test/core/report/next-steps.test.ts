import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../../src/core/answers/settings.ts';
import { NO_USES } from '../../../src/core/project/session-uses.ts';
import { nextSteps } from '../../../src/core/report/next-steps.ts';

function stepsFor(
  kind: 'new' | 'existing',
  answers: Record<string, unknown>,
  env: string,
  saved: Record<string, unknown> = {},
  scripts: Record<string, string> = {},
) {
  const facts = {
    kind,
    name: 'shop',
    importExtension: 'ts',
    packageManager: 'npm',
    kept: [],
    packages: {},
    sourceFolder: 'src',
    language: 'typescript',
    modules: 'esm',
    hadSamples: false,
    inherited: [],
    collectionBefore: undefined,
    couldCopy: false,
    isFirstRun: true,
  } as const;
  const { settings } = parseSettings(answers, facts);
  return nextSteps(settings, {
    directory: '.',
    manager: 'npm',
    isInstalled: true,
    repeat: '',
    env,
    entries: [],
    saved,
    answers,
    project: {
      koaSources: [],
      sessionUses: NO_USES,
      databases: [],
      loadsEnv: false,
      scripts,
      packages: {},
    },
  });
}

describe('a step names the values to fill in', () => {
  test.each([
    { what: 'a database of the app', answers: { connection: 'db' }, env: 'APP_KEYS=a\nMONGODB_URL=\n' },
    {
      what: 'a password',
      answers: { connection: 'host', db: 'shop', username: 'ann' },
      env: 'APP_KEYS=a\nMONGODB_PASSWORD=\n',
    },
    {
      what: 'keys that .env names without a value',
      answers: { connection: 'mongoose' },
      env: 'APP_KEYS=\nMONGODB_URL=mongodb://127.0.0.1/shop\n',
    },
  ])('$what', ({ answers, env }) => {
    const empty = [...env.matchAll(/(\w+)=$/gm)].map(([, name]) => name);
    expect(stepsFor('existing', answers, env).toFillIn).toEqual(empty);
  });

  test('none that .env already has', () => {
    const env = 'APP_KEYS=a\nMONGODB_PASSWORD=b\n';
    const answers = { connection: 'host', db: 'shop', username: 'ann' };
    expect(stepsFor('existing', answers, env).toFillIn).toEqual([]);
  });
});

describe('when adoption begins, the keys of the old app are asked for', () => {
  const KEYS = { what: 'Put app.keys of the old app into APP_KEYS, in .env', commands: [] };
  const answers = { connection: 'mongoose', adopt: 'koa-session-mongo' };
  const env = 'APP_KEYS=a\nMONGODB_URL=b\n';

  test('also where .env has keys, which may be the right ones already', () => {
    const { steps, toFillIn } = stepsFor('existing', answers, env);
    expect(steps).toContainEqual(KEYS);
    expect(toFillIn).toEqual([]);
  });

  test('in the place of those that an earlier run made', () => {
    const { steps, toFillIn } = stepsFor('existing', answers, env, { connection: 'mongoose' });
    expect(steps).toContainEqual(KEYS);
    expect(toFillIn).toEqual(['APP_KEYS']);
  });

  test('and never again', () => {
    const { steps, toFillIn } = stepsFor('existing', answers, env, answers);
    expect({ keys: steps.some(({ what }) => what === KEYS.what), toFillIn }).toEqual({
      keys: false,
      toFillIn: [],
    });
  });
});

describe('the migration is run', () => {
  const commandsWith = (script: string) => {
    const env = 'APP_KEYS=a\nMONGODB_URL=b\n';
    return stepsFor('existing', { connection: 'db' }, env, {}, { 'migrate:sessions': script }).commands;
  };

  test.each(['tsx scripts/migrate-sessions.ts', 'dotenv -- tsx tools/migrate-sessions.ts --check'])(
    'by its script: %s',
    (script) => {
      expect(commandsWith(script)).toEqual(['npm run migrate:sessions']);
    },
  );

  test("and never by a script of the user's own", () => {
    expect(commandsWith('node drop-all.js')).toEqual(['npx tsx scripts/migrate-sessions.ts']);
  });
});
