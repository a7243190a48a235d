import { describe, expect, test } from 'vitest';
import { problemsIn } from '../../../src/core/answers/check.ts';
import type { Answers } from '../../../src/core/answers/options.ts';
import { parseSettings } from '../../../src/core/answers/parse-settings.ts';
import { projectFacts } from '../../support/project-facts.ts';

const FACTS = projectFacts({ importExtension: 'js' });

/** One row for each value: its option, the rule that it breaks, the other answers. */
const each = (name: string, values: readonly unknown[], option: string, rule: string, beside: Answers = {}) =>
  values.map((value) => ({ answers: { connection: 'host', ...beside, [name]: value }, option, rule }));

const ofUrl = (urls: readonly string[], rule: string) =>
  each('url', urls, '--url', rule, { connection: 'url' });

const BROKEN = [
  ...each(
    'ttl',
    [
      '0',
      '-1',
      'NaN',
      '1e999',
      '14 fortnights',
      '',
      '1.5h',
      '14 d',
      '14D',
      '2147483648',
      '3551w',
      '0x10',
      0,
      1.5,
      null,
    ],
    '--ttl',
    'must be a duration',
  ),
  ...each('port', ['0', '-1', '65536', '27017x', '1e3', '', 0, 80.5, [80]], '--port', 'must be a port'),
  ...each(
    'db',
    ['a/b', 'a\\b', 'a.b', 'a b', 'a"b', 'a$b', 'a*b', 'a<b', 'a>b', 'a:b', 'a|b', 'a?b', 'a\0b'],
    '--db',
    'must be a database name',
  ),
  ...each('db', ['a'.repeat(64), '😀'.repeat(16)], '--db', 'must be at most 63 bytes long'),
  ...each('db', ['local', 'config', 'LOCAL'], '--db', 'must not be `local` or `config`'),
  ...each('db', [''], '--db', 'must not be empty'),
  ...each('db', ['\uD800'], '--db', 'must be well-formed Unicode'),
  ...each('db', [5, {}, true], '--db', 'must be a string'),
  ...each('collection', ['a$b', '$', 'a\0b'], '--collection', 'must be a collection name'),
  ...each('collection', ['.a', 'a.', 'a..b'], '--collection', 'must not begin or end with a dot'),
  ...each('collection', ['system.users', 'a.system.b'], '--collection', '`system.`'),
  ...each('collection', ['a'.repeat(254)], '--collection', 'must be at most 253 bytes'),
  ...each('collection', ['b'.repeat(195)], '--collection', 'together with the database', {
    db: 'a'.repeat(60),
  }),
  ...each(
    'host',
    ['http://a', 'a/b', 'a:1', 'a b', '-a', 'a..b', '[1:2]', 'fe80::1%eth0', "a'b", 'ä', 'a'.repeat(64)],
    '--host',
    'must be one host name or IP address',
  ),
  ...each('username', ['a\0b'], '--username', 'must not contain :// or a null character'),
  ...each('authSource', ['b'], '--auth-source', 'needs --username'),
  ...each('authSource', ['$external'], '--auth-source', 'with --url', { username: 'ann' }),
  ...each(
    'cookieName',
    ['a b', 'a;b', 'a=b', 'a,b', 'ä', 'a"b', 'a\n'],
    '--cookie-name',
    'must be a cookie name',
  ),
  ...each('cookieName', ['__Host-a', '__host-a', '__Secure-a'], '--cookie-name', 'without `__Host-`'),
  ...each(
    'userKey',
    ['_id', '1a', 'a-b', '__proto__', "a'", 'ä', 'a..b', 'a.'],
    '--user-key',
    'must be a property name',
  ),
  ...each('userKey', ['ctx.session.userId', 'session.userId'], '--user-key', 'without ctx.session'),
  ...each(
    'userKey',
    ['prototype', 'isNew', 'maxAge', 'save', 'externalKey', 'views'],
    '--user-key',
    'must not be a property that the session has already',
  ),
  ...each(
    'userKey',
    ['constructor', 'toString', 'user.constructor'],
    '--user-key',
    'must not be a property that every object has',
  ),
  ...each(
    'dir',
    ['../a', '/a', 'a/../b', 'C:\\a', 'a//b', '.', './', 'a b', '-a', 'a/..', 'a.', 'a#b', 'a%20'],
    '--dir',
    'must be a folder inside the project',
  ),
  ...each('dir', ['con', 'NUL.x', 'src/aux'], '--dir', 'a name that Windows reserves for a device'),
  ...each('dir', ['node_modules/a', '.git', 'dist/a', '.koa-mongo-session'], '--dir', 'must not be in'),
  ...each('absoluteTtl', ['1d'], '--absolute-ttl', 'must not be shorter than --ttl', { ttl: '2d' }),
  ...each('touchAfter', ['48h', '3d'], '--touch-after', 'must be shorter than --ttl', { ttl: '2d' }),
  ...each('url', ['mongodb://h/d'], '--url', 'does not go with --connection host'),
  ...each('autoReconnect', [false], '--auto-reconnect', 'cannot be turned off'),
  ...ofUrl(
    [
      ...['hunter2', 'http://ann:hunter2@h/d', 'MONGODB://ann:hunter2@h/d', 'mongodb://ann:hun@ter2@h/d'],
      ...['mongodb://ann:hunter2@/d', 'mongodb://ann:%hunter2@h/d', 'mongodb://ann:hunter2/x@h/d'],
      ...['mongodb://ann:hunter2@h/d#x', 'mongodb://ann:hunter2@h/d\n', 'mongodb://ann:hunter2@h/d e'],
      'mongodb://:hunter2@h/d',
    ],
    'must be a MongoDB connection string',
  ),
  ...ofUrl(
    ['mongodb+srv://ann:hunter2@a,b/d', 'mongodb+srv://ann:hunter2@a:1/d'],
    'must have one host and no port with mongodb+srv',
  ),
  ...ofUrl(
    ['mongodb+srv://ann:<db_password>@c.mongodb.net/d', 'mongodb://<credentials>@h/d'],
    'must have your user and password in the place of what is in < >',
  ),
  ...ofUrl(
    ['mongodb://ann:hunter2@h:99999/d', 'mongodb://ann:hunter2@h:/d'],
    'must have ports from 1 to 65535',
  ),
  ...ofUrl(['mongodb://ann:hunter2@-h/d', 'mongodb://ann:hunter2@a,,b/d'], 'must name its hosts'),
  ...ofUrl(['mongodb://ann:hunter2@h/a/b/c'], 'must have at most two names'),
  ...ofUrl(['mongodb://ann:hunter2@h//c'], 'must name a database before'),
  ...ofUrl(['mongodb://ann:hunter2@h/a%2Fb'], 'its database must be a database name'),
  ...ofUrl(['mongodb://h/a%', 'mongodb://h/a%zz', 'mongodb://h/%C3'], 'its database must be percent-encoded'),
  ...ofUrl(['mongodb://h/a/b%'], 'its collection must be percent-encoded'),
  ...ofUrl(['mongodb://ann:hunter2@h/a/b%24', 'mongodb://ann:hunter2@h/a/system.b'], 'its collection must'),
  ...ofUrl(
    ['mongodb://ann:hunter2@h/a?auto_reconnect=true', 'mongodb://h/a?w=1&POOLSIZE=5'],
    'must not set ',
  ),
  ...ofUrl(
    [
      'mongodb://ann:hunter2@h/a?w=1&w=2',
      'mongodb://h/a?w=1&W=1',
      'mongodb://h/a?proxyPassword=x&hunter2&hunter2',
    ],
    'must not set an option twice',
  ),
  ...ofUrl(['mongodb://ann:hunter2@h/a?tls=true&ssl=false'], 'must not set tls and ssl to different values'),
  ...each('collection', ['c'], '--collection', 'differs from the collection that the URL names', {
    connection: 'url',
    url: 'mongodb://ann:hunter2@h/a/b',
  }),
];

describe('a broken rule is reported with its option and without secrets', () => {
  test.each(BROKEN)('$answers → $option $rule', async ({ answers, option, rule }) => {
    const problems = await problemsIn(answers);
    expect(problems).toEqual([{ option, rule: expect.stringContaining(rule) }]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test('all broken rules of the same answers are reported', async () => {
    const problems = await problemsIn({ connection: 'host', port: 0, ttl: 'x', db: 'a b', collection: '' });
    expect(problems.map(({ option }) => option)).toEqual(['--port', '--db', '--collection', '--ttl']);
  });
});

const HOST: Answers = { connection: 'host', db: 'shop' };

describe('answers become settings', () => {
  test.each([
    [90, 90],
    ['90', 90],
    ['90s', 90],
    ['90m', 5400],
    ['12h', 43_200],
    ['14d', 1_209_600],
    ['2w', 1_209_600],
    ['2147483647', 2_147_483_647],
  ])('a ttl of %j is %i seconds', async (ttl, seconds) => {
    expect(await parseSettings({ ...HOST, ttl }, FACTS)).toMatchObject({ settings: { ttl: seconds } });
  });

  test.each([
    ['db.example', 'db.example'],
    ['127.0.0.1', '127.0.0.1'],
    ['my_host-1', 'my_host-1'],
    ['::1', '[::1]'],
    ['[::1]', '[::1]'],
  ])('the host %s is %s in the code', async (host, expected) => {
    expect(await parseSettings({ ...HOST, host }, FACTS)).toMatchObject({
      settings: { connection: { host: expected } },
    });
  });

  test('the cookie may keep the name of an old koa-session, so that nobody is logged out', async () => {
    const { settings } = await parseSettings({ ...HOST, cookieName: 'koa:sess' }, FACTS);
    expect(settings.cookieName).toBe('koa:sess');
  });

  test('an option without an answer has its default', async () => {
    expect((await parseSettings({ connection: 'host', db: 'shop' }, FACTS)).settings).toEqual({
      connection: {
        style: 'host',
        host: '127.0.0.1',
        port: 27_017,
        database: 'shop',
        tls: false,
        login: undefined,
      },
      collection: 'sessions',
      ttl: 1_209_600,
      absoluteTtl: undefined,
      touchAfter: undefined,
      rolling: false,
      userKey: undefined,
      encrypt: false,
      onConcurrentWrite: 'merge',
      cookieName: 'koa.sess',
      legacyCookie: false,
      adopt: undefined,
      dir: 'src/session',
      importExtension: 'js',
      app: false,
      project: {
        kind: 'existing',
        name: 'shop',
        kept: [],
        manager: 'npm',
        language: 'typescript',
        modules: 'esm',
        samples: [],
        inherited: [],
        sharesDriver: false,
        copiesSessions: false,
      },
    });
  });

  test('saved answers give the same settings again', async () => {
    const first = await parseSettings(
      { ...HOST, username: 'ann', userKey: 'userId', ttl: 90, touchAfter: '30s', dir: './lib/session/' },
      FACTS,
    );
    expect(await parseSettings(first.answers, FACTS)).toEqual(first);
  });
});

describe('a URL', () => {
  const settle = (url: string, more: Answers = {}) =>
    parseSettings({ connection: 'url', url, ...more }, FACTS);

  test.each([
    ['mongodb://h/d', 'mongodb://h/d'],
    ['mongodb://h/d/', 'mongodb://h/d'],
    ['mongodb://h/d/c', 'mongodb://h/d'],
    ['mongodb://a:1,b:2,[::1]:3/d?replicaSet=rs', 'mongodb://a:1,b:2,[::1]:3/d?replicaSet=rs'],
    ['mongodb+srv://cluster.example/d', 'mongodb+srv://cluster.example/d'],
    ['mongodb://%2Ftmp%2Fmongodb-27017.sock/d', 'mongodb://%2Ftmp%2Fmongodb-27017.sock/d'],
    ["mongodb://h/it's", "mongodb://h/it's"],
    ['mongodb://h/d?tls=true&ssl=true', 'mongodb://h/d?tls=true&ssl=true'],
    [
      'mongodb://h/d?readPreferenceTags=dc:a&readPreferenceTags=',
      'mongodb://h/d?readPreferenceTags=dc:a&readPreferenceTags=',
    ],
  ])('%s without credentials is not a secret', async (url, shown) => {
    const { settings, secrets } = await settle(url);
    expect(settings.connection).toEqual({ style: 'url', url: shown });
    expect(secrets).toEqual({});
  });

  test('with credentials is secret as a whole, without its legacy collection', async () => {
    const { settings, secrets } = await settle('mongodb://ann:p%40ss@h/d/c?tls=true');
    expect(settings).toMatchObject({ connection: { url: 'mongodb://h/d?tls=true' }, collection: 'c' });
    expect(secrets).toEqual({ MONGODB_URL: 'mongodb://ann:p%40ss@h/d?tls=true' });
  });

  test.each([
    'tlsCertificateKeyFilePassword=x',
    'authMechanismProperties=AWS_SESSION_TOKEN:x',
    'proxyUsername=x',
    'proxyPass%77ord=x',
    'PROXY%50ASSWORD=x',
  ])('with %s is also secret', async (option) => {
    const { settings, secrets } = await settle(`mongodb://h/d?${option}&tls=true`);
    expect(settings.connection).toEqual({ style: 'url', url: 'mongodb://h/d?tls=true' });
    expect(secrets).toEqual({ MONGODB_URL: `mongodb://h/d?${option}&tls=true` });
  });

  test('without a database gets the one of --db, and still authenticates against admin', async () => {
    const { secrets } = await settle('mongodb://ann:pw@h/?tls=true', { db: 'shop' });
    expect(secrets).toEqual({ MONGODB_URL: 'mongodb://ann:pw@h/shop?tls=true&authSource=admin' });
  });

  test('keeps its authSource', async () => {
    const { secrets } = await settle('mongodb://ann:pw@h/?authSource=users', { db: 'shop' });
    expect(secrets).toEqual({ MONGODB_URL: 'mongodb://ann:pw@h/shop?authSource=users' });
  });
});
