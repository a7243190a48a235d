import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../../src/core/answers/parse-settings.ts';
import { mongooseConnectionsIn } from '../../../src/core/project/databases.ts';
import { koaSourceIn } from '../../../src/core/project/koa-source.ts';
import { NO_USES } from '../../../src/core/project/session-uses.ts';
import { nextSteps } from '../../../src/core/report/next-steps.ts';
import { projectFacts } from '../../support/project-facts.ts';

function stepsFor(
  kind: 'new' | 'existing',
  answers: Record<string, unknown>,
  env: string,
  saved: Record<string, unknown> = {},
  scripts: Record<string, string> = {},
  sources: Record<string, string> = {},
) {
  const { settings } = parseSettings(answers, projectFacts({ kind }));
  return nextSteps(settings, {
    directory: '.',
    isInstalled: true,
    repeat: '',
    env,
    keptInEnv: [],
    entries: [],
    saved,
    answers,
    project: {
      koaSources: Object.entries(sources).flatMap((file) => koaSourceIn(...file) ?? []),
      connections: Object.entries(sources).flatMap((file) => mongooseConnectionsIn(...file)),
      sessionUses: NO_USES,
      jest: 'node_modules/jest/bin/jest.js',
      databases: [],
      loadsEnv: false,
      startedBy: { scripts: [], isCompiled: false },
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

describe('after a change of the connection, the call in the app is to be changed', () => {
  const URL_STYLE = { connection: 'url', url: 'mongodb://127.0.0.1/shop' };
  const MOUNTED =
    "import Koa from 'koa';\nimport { sessions } from './session/index.ts';\nconst app = new Koa();\nsessions(app);\n";
  const changes = (
    from: Record<string, unknown>,
    to: Record<string, unknown>,
    sources: Record<string, string> = { 'src/app.ts': MOUNTED },
  ) =>
    stepsFor('existing', to, '', from, {}, sources)
      .steps.filter(({ what }) => what.startsWith('Change the call'))
      .map(({ what, lines }) => `${what}: ${lines}`);

  test.each([
    { from: URL_STYLE, to: { connection: 'mongoose' }, call: 'sessions(app, mongoose.connection);' },
    { from: URL_STYLE, to: { connection: 'db' }, call: 'sessions(app, db);' },
    { from: { connection: 'mongoose' }, to: { connection: 'db' }, call: 'sessions(app, db);' },
    { from: { connection: 'db' }, to: URL_STYLE, call: 'sessions(app);' },
    // Without the manifest, it is not known how the call passes it.
    { from: {}, to: { connection: 'db' }, call: 'sessions(app, db);' },
  ])('from $from.connection to $to.connection: $call', ({ from, to, call }) => {
    expect(changes(from, to)).toEqual([`Change the call of sessions() at src/app.ts:4 to: ${call}`]);
  });

  test.each([
    { what: 'nothing changed', from: { connection: 'mongoose' }, to: { connection: 'mongoose' } },
    { what: 'it takes no connection', from: { connection: 'host', db: 'shop' }, to: URL_STYLE },
    { what: 'it is the first run', from: {}, to: { connection: 'mongoose' }, sources: {} },
    { what: 'the app is generated', from: URL_STYLE, to: { connection: 'mongoose', app: true } },
  ])('not if $what', ({ from, to, sources }) => {
    expect(changes(from, to, sources)).toEqual([]);
  });

  test('by its name, in the file that has it, and with the connection that the app makes', () => {
    const sources = {
      'src/app.ts': "import Koa from 'koa';\nexport const app = new Koa();\n",
      'src/db.ts': "import mongoose from 'mongoose';\nexport const shop = mongoose.createConnection(url);\n",
      'src/set-up.ts':
        "import { sessions as mount } from './session/index.ts';\nexport const setUp = (app) => mount(app);\n",
    };
    expect(changes(URL_STYLE, { connection: 'mongoose' }, sources)).toEqual([
      'Change the call of sessions() at src/set-up.ts:2 (the connection is made at src/db.ts:2) to: mount(app, shop);',
    ]);
  });

  test('also where it is not found', () => {
    expect(changes(URL_STYLE, { connection: 'mongoose' }, {})).toEqual([
      'Change the call of sessions() to: sessions(app, mongoose.connection);',
    ]);
  });
});

describe('after a change of the user key', () => {
  const all = { connection: 'db', collection: 'shop-sessions' };
  const linesAfter = (before: unknown, userKey: unknown) =>
    stepsFor('existing', { ...all, userKey }, '', { ...all, userKey: before }).steps.flatMap(
      ({ lines = [], commands }) => [...commands, ...lines],
    );
  const removal = 'db.getCollection("shop-sessions").updateMany({}, { $unset: { user: \'\' } });';
  const migration = 'npm run migrate:sessions';

  test.each([
    { before: undefined, userKey: 'userId', lines: [migration] },
    // The migration would keep the users by the old key.
    { before: 'email', userKey: 'userId', lines: [migration, removal] },
    // They would come back with the next key, and stay readable with --encrypt.
    {
      before: 'userId',
      userKey: undefined,
      lines: [removal, `db.getCollection("shop-sessions").dropIndex('session_user');`],
    },
    { before: 'userId', userKey: 'userId', lines: [] },
  ])('from $before to $userKey, the steps are $lines', ({ before, userKey, lines }) => {
    expect(linesAfter(before, userKey)).toEqual(lines);
  });
});

describe('the step that creates the indexes', () => {
  const before = { connection: 'db', collection: 'shop', ttl: '14d', encrypt: false };
  const isShown = (after: Record<string, unknown>) =>
    stepsFor('existing', { ...before, ...after }, '', before).steps.some(
      ({ what }) => what === 'Create the indexes',
    );

  test.each([
    { after: { collection: 'visitors' }, shown: true },
    { after: { userKey: 'userId' }, shown: true },
    { after: { ttl: '7d' }, shown: false },
    { after: { absoluteTtl: '30d' }, shown: false },
    // Its warning has the migration, at the right place between the deployments.
    { after: { encrypt: true }, shown: false },
  ])('after $after: $shown', ({ after, shown }) => {
    expect(isShown(after)).toBe(shown);
  });
});
